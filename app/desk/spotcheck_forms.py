"""What staff type about draws and spot checks, read from forms into what the rules take."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import FormData, QueryParams, UploadFile

from app.accounts.visitor import Visitor
from app.catalogue import labels
from app.core.forms import clean, length_errors
from app.core.i18n import _
from app.curation.oversight.checklist import Answer
from app.curation.oversight.models import Effect, Finding, SpotCheck
from app.curation.oversight.preparing import Wish
from app.curation.oversight.spotchecks import SHORTEST, Answered, Decision, Errors, Report
from app.curation.oversight.wording import KINDS

SHORTEST_TITLE = 4
LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON, LONGEST_SOURCE = 120, 4000, 1000, 300
MOST_DRAWN, MOST_MONTHS = 1000, 60
Typed = QueryParams | FormData
E = TypeVar("E", bound=StrEnum)


def typed(said: Typed) -> dict[str, str]:
    """The texts of a form, to fill it again."""
    return {name: clean(value) for name, value in said.multi_items() if isinstance(value, str)}


def regions(visitor: Visitor) -> list[tuple[str, str]]:
    """The places that a draw may be made for: one's own region, and cities inside it."""
    own = visitor.scope.region
    cities = [code for code in labels.codes_of("city") if visitor.scope.covers(code)]
    return [(code, labels.region_label(code)) for code in dict.fromkeys((own, *cities)) if code]


def read_wish(said: Typed, visitor: Visitor) -> tuple[Wish, Errors]:
    """The draw that somebody wants, with what cannot be taken by field."""
    posted, errors = typed(said), Errors()
    region = posted.get("region") or visitor.scope.region
    if region not in dict(regions(visitor)):
        errors["region"] = _("Choose a place inside your region.")
    kinds = tuple(kind for kind in said.getlist("kind") if kind in KINDS)
    if not kinds:
        errors["kind"] = _("Choose at least one.")
    title = posted.get("title", "")
    if not 4 <= len(title) <= LONGEST_TITLE:
        errors["title"] = _(
            "Write between {least} and {most} characters.", least=4, most=LONGEST_TITLE
        )
    number = _whole(posted, "number", 0, (1, MOST_DRAWN), errors)
    percent = _whole(posted, "percent", 0, (1, 100), errors)
    if not number and not percent and not errors.keys() & {"number", "percent"}:
        errors["percent"] = _("Say how many: a share or a number.")
    months = _whole(posted, "months", 0, (0, MOST_MONTHS), errors)
    errors |= length_errors(posted, "public_source", LONGEST_SOURCE)
    source = posted.get("public_source", "")
    return Wish(title, region, kinds, number, percent, months, source), errors


def _whole(
    posted: Mapping[str, str], name: str, default: int, span: tuple[int, int], errors: Errors
) -> int:
    said, (least, most) = posted.get(name, ""), span
    if not said:
        return default
    if said.isascii() and said.isdecimal() and len(said) < 6 and least <= int(said) <= most:
        return int(said)
    errors[name] = _("Give a whole number from {least} to {most}.", least=least, most=most)
    return default


def read_report(said: FormData, check: SpotCheck) -> tuple[Report, Errors]:
    """What the inspector typed, with what cannot be read or is too long by field."""
    posted, errors = typed(said), Errors()
    for name in ("report", *(f"remark-{item['code']}" for item in check.checklist)):
        errors |= length_errors(posted, name, LONGEST_TEXT)
    answers = {
        item["code"]: Answered(
            _one_of(Answer, posted.get(f"answer-{item['code']}")),
            posted.get(f"remark-{item['code']}", ""),
            _file(said, f"evidence-{item['code']}"),
        )
        for item in check.checklist
    }
    report = Report(
        version=version_of(posted),
        answers=answers,
        finding=_one_of(Finding, posted.get("finding")),
        report=posted.get("report", ""),
        mend_until=_day(posted, "mend_until", errors),
    )
    return report, errors


def read_decision(said: FormData) -> tuple[Decision, Errors]:
    """What the deciding person typed, with what cannot be read or is too long by field."""
    posted, errors = typed(said), Errors()
    errors |= length_errors(posted, "statement", LONGEST_TEXT)
    errors |= length_errors(posted, "reason", LONGEST_REASON)
    decision = Decision(
        version=version_of(posted),
        effect=_one_of(Effect, posted.get("effect")),
        statement=posted.get("statement", ""),
        code=posted.get("code", ""),
        reason=posted.get("reason", ""),
        until=_day(posted, "until", errors),
    )
    return decision, errors


def reason_errors(posted: Mapping[str, str], name: str) -> Errors:
    """What is wrong with a reason that everybody or an inspector reads."""
    if len(posted.get(name, "")) < SHORTEST:
        return {name: _("Write at least {n} characters.", n=SHORTEST)}
    return length_errors(posted, name, LONGEST_REASON)


def version_of(posted: Mapping[str, str]) -> int:
    """The version that the form was made from; 0, which there never is, for nonsense."""
    said = posted.get("version", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def _one_of(choices: type[E], said: str | None) -> E | None:
    return choices(said) if said in list(choices) else None


def _day(posted: Mapping[str, str], name: str, errors: Errors) -> date | None:
    said = posted.get(name, "")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        errors[name] = _("Write the day as 2026-11-22.")
        return None


def _file(said: FormData, name: str) -> tuple[str, bytes] | None:
    sent = said.get(name)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    return sent.filename, sent.file.read()
