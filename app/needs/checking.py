"""Self-checks of an organisation: answered, looked back at, and turned into a need."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.core.errors import Forbidden, NotFound
from app.core.forms import clean
from app.core.i18n import _
from app.needs import drafting, maturity
from app.needs.models import Need, SelfCheck
from app.needs.self_check_questions import (
    ADVICE,
    BUDGETS,
    BY_NAME,
    QUESTIONS,
    Input,
    Question,
)

HISTORY = 12
LEAST_ANSWERS = 5
LONGEST = 500  # characters of an answer in words


def read(posted: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers that were given, and what is wrong with them by question."""
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for question in QUESTIONS:
        said = [clean(one) for one in posted.get(question.name, ())]
        try:
            answer = _read(question, [one for one in said if one])
        except ValueError as wrong:
            errors[question.name] = str(wrong)
            continue
        if answer:
            answers[question.name] = answer
    if not errors and len(answers) < LEAST_ANSWERS:
        errors[QUESTIONS[0].name] = _("Answer at least {n} questions.", n=LEAST_ANSWERS)
    return answers, errors


def _read(question: Question, said: Sequence[str]) -> str | list[str]:
    if question.input is Input.TEXT:
        text = " ".join(said)
        if len(text) > LONGEST:
            raise ValueError(_("Say it in at most {most} characters.", most=LONGEST))
        return text
    if set(said) - question.codes:
        raise ValueError(_("Choose one of the answers."))
    if question.input is Input.SEVERAL:
        return list(dict.fromkeys(said))
    return said[0] if said else ""


def keep(db: Session, answers: Mapping[str, Any], *, by: Visitor) -> SelfCheck:
    """Store an answered self-check. Raises `Forbidden` for who acts for no organisation."""
    if by.organisation_id is None:
        raise Forbidden("You act for no organisation.")
    check = SelfCheck(
        organisation_id=by.organisation_id,
        answers=dict(answers),
        levels=maturity.levels(answers),
        by=by.person_id,
    )
    db.add(check)
    return check


def history(db: Session, visitor: Visitor) -> list[SelfCheck]:
    """The newest self-checks of the organisation, the last one first."""
    own = select(SelfCheck).where(SelfCheck.organisation_id == visitor.organisation_id)
    return list(db.exec(own.order_by(col(SelfCheck.at).desc()).limit(HISTORY)).all())


def find_own(db: Session, visitor: Visitor, check_id: UUID) -> SelfCheck:
    """A self-check of the organisation; raises `NotFound` for any other."""
    check = db.get(SelfCheck, check_id)
    if check is None or check.organisation_id != visitor.organisation_id:
        raise NotFound("There is no such self-check.")
    return check


def write_need(db: Session, check: SelfCheck, *, by: Visitor) -> Need:
    """A draft that asks for what the weakest dimensions lack, one part for each."""
    advice = [ADVICE[dimension] for dimension in maturity.weakest(check.levels)]
    sentences = [_(one.text) for one in advice]
    products = check.answers.get("products", "")
    made = _("We make {products}.", products=products) if products else ""
    values: dict[str, Any] = {
        "title": _(" and ").join(_(one.title) for one in advice),
        "text": "\n".join(one for one in (made, *sentences) if one),
    }
    systems = _systems(check)
    if systems:
        values["systems"] = systems
    budget = BUDGETS.get(check.answers.get("it_budget", ""))
    if budget:
        values["budget_to"] = budget * 100
    need = drafting.start(db, values["text"], by=by, values=values)
    need.parts = [
        {"title": _(one.title), "text": _(one.text), "scenarios": list(one.scenarios)}
        for one in advice
    ]
    return need


def _systems(check: SelfCheck) -> str:
    """The systems in use and those planned, in the reader's language."""
    used = shown(BY_NAME["systems"], check.answers.get("systems"))
    planned = check.answers.get("planned", "")
    lines = [used, _("Planned: {systems}", systems=planned) if planned else ""]
    return "\n".join(line for line in lines if line)


def shown(question: Question, said: Any) -> str:
    """An answer as text, in the reader's language; empty where nothing was said."""
    if question.input is Input.TEXT:
        return str(said or "")
    chosen = said if isinstance(said, list) else [said]
    return _(", ").join(_(one.label) for one in question.answers if one.code in chosen)
