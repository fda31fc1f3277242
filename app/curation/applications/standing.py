"""What stages are called, how far an application has come, and what its vendor has to do next."""

from dataclasses import dataclass

from app.catalogue.stages import Stage
from app.core.formats import format_date
from app.core.i18n import _, mark, ngettext
from app.curation import reasons
from app.curation.applications import words
from app.curation.applications.models import Application
from search.engine import Kind

TONES = {
    Stage.PUBLISHED: "good",
    Stage.RETURNED: "warn",
    Stage.QUARANTINED: "warn",
    Stage.REFUSED: "bad",
    Stage.REMOVED: "bad",
}
STEPS = (Stage.DRAFT, *words.STEPS)
SHORT_STEPS = (Stage.DRAFT, *words.SHORT_STEPS)
LOOKED_AT = mark("Nothing to do for you. The staff of your region look at it until {date}.")
AHEAD = {
    Stage.SUBMITTED: mark("Nothing to do for you. Your city or county looks at it until {date}."),
    Stage.RECOMMENDED: mark("Nothing to do for you. The province reviews it until {date}."),
    Stage.REVIEWED: mark("Nothing to do for you. Its public notice is being prepared."),
    Stage.NOTICE: mark("Nothing to do for you. Anybody may object while the notice runs."),
    Stage.PUBLISHED: mark("It is published."),
    Stage.WITHDRAWN: mark("You took it back."),
    Stage.REFUSED: mark("It was refused. You may appeal, or begin anew."),
    Stage.RETURNED: mark("Put right what is named, then hand it in again."),
    Stage.DRAFT: mark("Fill it in, then hand it in. Nobody else sees it until then."),
}
REASONS = {
    Stage.RETURNED: reasons.RETURN_REASONS,
    Stage.REFUSED: reasons.REFUSAL_REASONS,
    Stage.REMOVED: reasons.REMOVAL_REASONS,
    Stage.WITHDRAWN: reasons.REMOVAL_REASONS,
    Stage.QUARANTINED: reasons.QUARANTINE_REASONS,
}


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, in a sentence; `is_yours` when the vendor has to do it."""

    text: str
    is_yours: bool


def stage_label(stage: str) -> str:
    """What a stage is called."""
    return _(words.STAGES[Stage(stage)])


def kind_label(kind: str) -> str:
    """What one listing of a kind is called."""
    return _(words.ONE[Kind(kind)])


def stage_tone(stage: str) -> str:
    """The tone of the badge of a stage."""
    return TONES.get(Stage(stage), "plain")


def _steps(application: Application) -> tuple[Stage, ...]:
    return SHORT_STEPS if application.is_short else STEPS


def step_names(application: Application) -> list[str]:
    """The steps from a draft to its publication."""
    return [stage_label(stage) for stage in _steps(application)]


def step_of(application: Application) -> int | None:
    """How far an application has come; None for one that ended without being published."""
    stage = Stage(application.stage)
    if stage is Stage.RETURNED:
        return 0
    steps = _steps(application)
    return steps.index(stage) if stage in steps else None


def reason_label(stage: str, code: str | None) -> str:
    """What a coded reason says; a code that nothing knows is shown as it is."""
    known = REASONS.get(Stage(stage), {})
    return _(known[code]) if code and code in known else (code or "")


def next_of(application: Application, open_questions: int) -> Next:
    """What happens next with an application, and whether its vendor has to do it."""
    if open_questions:
        text = ngettext(
            "One question waits for your answer. The clock stands meanwhile.",
            "{n} questions wait for your answers. The clock stands meanwhile.",
            open_questions,
        )
        return Next(text, is_yours=True)
    stage = Stage(application.stage)
    is_looked_at = application.is_short and stage is Stage.SUBMITTED
    ahead = LOOKED_AT if is_looked_at else AHEAD[stage]
    text = _(ahead, date=format_date(application.due_on) or "—")
    return Next(text, is_yours=stage in (Stage.DRAFT, Stage.RETURNED))
