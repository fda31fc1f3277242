"""What staff may do to a published listing: one form for each act, and the rule behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts.visitor import Visitor
from app.catalogue.models import Record, Vendor
from app.catalogue.stages import Stage
from app.core.access import Can
from app.core.errors import Conflict
from app.core.formats import today
from app.core.i18n import _, mark
from app.curation.oversight import freshness, quarantining, removing
from app.curation.oversight.models import Quarantine
from app.curation.oversight.subjects import LONGEST_REASON
from app.curation.reasons import QUARANTINE_REASONS, REMOVAL_REASONS

USUAL = timedelta(days=30)


class Act(StrEnum):
    """The acts, as they stand in the address."""

    QUARANTINE = "quarantine"
    EXTEND = "extend"
    LIFT = "lift"
    REMOVE = "remove"
    RECHECK = "recheck"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Form:
    """What the page of an act says and asks: coded reasons, a sentence, a day, or none of them."""

    button: str
    says: str
    codes: Mapping[str, str] | None = None
    sentence: str = ""
    day: str = ""
    tone: str = "primary"

    def reasons(self) -> list[tuple[str, str]]:
        """The coded reasons to choose from, in the reader's language."""
        return [(code, _(text)) for code, text in (self.codes or {}).items()]


FORMS: Mapping[Act, Form] = {
    Act.QUARANTINE: Form(
        button=mark("Hide for some time"),
        says=mark(
            "It is hidden from the public at once and comes back by itself after the day below. "
            "Its address says since when and the reason you choose."
        ),
        codes=QUARANTINE_REASONS,
        sentence=mark("The vendor and the staff read it; the public does not."),
        day=mark("Hidden until the end of"),
        tone="danger",
    ),
    Act.EXTEND: Form(
        button=mark("Hide for longer"),
        says=mark("It stays hidden until the end of the day below."),
        sentence=mark("The vendor and the staff read it; the public does not."),
        day=mark("Hidden until the end of"),
    ),
    Act.LIFT: Form(
        button=mark("Show again"),
        says=mark("It is shown to the public again at once, with exactly what was hidden with it."),
        sentence=mark("For the trail."),
    ),
    Act.REMOVE: Form(
        button=mark("Remove from the pool"),
        says=mark("It leaves the pool for good. Its address stays and says when and why."),
        codes=REMOVAL_REASONS,
        sentence=mark("Everybody can read it at the listing's address."),
        tone="danger",
    ),
    Act.RECHECK: Form(
        button=mark("Passed the re-check"),
        says=mark(
            "The vendor still belongs into the pool and is due again in a year. One that does "
            "not is removed, with the reason “It failed the yearly re-check”."
        ),
        sentence=mark("What was looked at, and what was found; for the trail."),
    ),
    Act.CONFIRM: Form(
        button=mark("It still holds"),
        says=mark("You looked at the listing and it still holds; good for a year."),
    ),
}
TAKEN_ALONG: Mapping[Act, tuple[Stage, ...]] = {
    Act.QUARANTINE: (Stage.PUBLISHED,),
    Act.REMOVE: (Stage.PUBLISHED, Stage.QUARANTINED),
}
"""In which stages the offers of a vendor go with it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody typed into the form of an act."""

    code: str = ""
    reason: str = ""
    until: date = date.max

    @classmethod
    def read(cls, posted: FormData, form: Form) -> tuple[Self | None, dict[str, str]]:
        """What was typed, or what is wrong with it."""
        code, reason = (str(posted.get(name, "")).strip() for name in ("code", "reason"))
        errors = {}
        if form.codes is not None and code not in form.codes:
            errors["code"] = _("Choose one of the reasons.")
        if form.sentence and not reason:
            errors["reason"] = _("Say why, in a sentence.")
        elif len(reason) > LONGEST_REASON:
            most = LONGEST_REASON
            errors["reason"] = _("Say it in at most {most} characters.", most=most)
        until = _day(str(posted.get("until", "")), errors) if form.day else date.max
        return (None, errors) if errors else (cls(code, reason, until), {})


def _day(said: str, errors: dict[str, str]) -> date:
    """A day from tomorrow on, not too far away."""
    last = today() + timedelta(days=quarantining.MOST_DAYS)
    try:
        day = date.fromisoformat(said.strip())
    except ValueError:
        errors["until"] = _("Write a day like {example}.", example=last.isoformat())
        return date.max
    if not today() < day <= last:
        errors["until"] = _("Choose a day from tomorrow until {date}.", date=last.isoformat())
    return day


def suggested(form: Form, quarantine: Quarantine | None) -> dict[str, str]:
    """What the form says before anything is typed."""
    since = quarantine.until if quarantine else today()
    return {"until": (since + USUAL).isoformat()} if form.day else {}


def offered(visitor: Visitor, record: Record, quarantine: Quarantine | None) -> list[Act]:
    """What this person can do to a listing as it stands; `quarantine` is its own, if any."""
    if not visitor.may(Can.REMOVE):
        return []
    if record.stage == Stage.PUBLISHED:
        recheck = [Act.RECHECK] if isinstance(record, Vendor) else []
        return [Act.CONFIRM, *recheck, Act.QUARANTINE, Act.REMOVE]
    if record.stage == Stage.QUARANTINED:
        return [Act.LIFT, Act.EXTEND, Act.REMOVE] if quarantine else [Act.REMOVE]
    return []


def must_offer(visitor: Visitor, record: Record, quarantine: Quarantine | None, act: Act) -> Form:
    """The form of an act; raises `Conflict` where the listing's standing does not allow it."""
    if act not in offered(visitor, record, quarantine):
        raise Conflict("This cannot be done to “{name}” as it stands now.", name=record.name)
    return FORMS[act]


def perform(
    db: Session,
    act: Act,
    record: Record,
    quarantine: Quarantine | None,
    said: Said,
    *,
    by: Visitor,
) -> None:
    """Do it."""
    if act is Act.QUARANTINE:
        code, reason = said.code, said.reason
        quarantining.begin(db, record, code=code, reason=reason, until=said.until, by=by)
    elif act is Act.REMOVE:
        removing.remove(db, record, code=said.code, reason=said.reason, by=by)
    elif act is Act.CONFIRM:
        freshness.confirm(db, record, by=by)
    elif act is Act.RECHECK and isinstance(record, Vendor):
        removing.pass_recheck(db, record, reason=said.reason, by=by)
    elif act is Act.EXTEND and quarantine:
        quarantining.extend(db, quarantine, said.until, reason=said.reason, by=by)
    elif act is Act.LIFT and quarantine:
        quarantining.lift(db, quarantine, reason=said.reason, by=by)
