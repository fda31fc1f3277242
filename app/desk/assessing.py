"""The form of an assessment: five levels with findings and files, and two days."""

from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Form, Request
from starlette.datastructures import FormData, UploadFile

from app.core import files
from app.core.errors import Invalid
from app.core.formats import today
from app.core.i18n import _
from app.curation.oversight.assessing import DOMAINS, LEVELS, Evidence, Found, last_day
from app.curation.oversight.models import Assessment, Domain
from app.curation.oversight.subjects import check_sentence

LONGEST_FINDING = 4000  # characters
Errors = dict[str, str]


async def _read_form(
    request: Request,
    version: Annotated[str, Form()] = "",  # noqa: ARG001  see below
) -> FormData:
    return await request.form()


Posted = Annotated[FormData, Depends(_read_form)]
"""What was posted. Because one field is named, the whole is read before the database is held."""


def labels() -> dict[str, str]:
    """What the fields are called in the summary of errors."""
    named = {"valid_from": _("Holds from"), "valid_until": _("Holds until")}
    for domain, name in DOMAINS.items():
        named[f"level_{domain}"] = _("{domain}: level", domain=_(name))
        named[f"finding_{domain}"] = _("{domain}: finding", domain=_(name))
        named[f"evidence_{domain}"] = _("{domain}: evidence", domain=_(name))
    return named


def blank() -> dict[str, str]:
    """What the form says before anything is typed: a year from today."""
    return {"valid_from": today().isoformat(), "valid_until": last_day(today(), 3).isoformat()}


def filled(assessment: Assessment) -> dict[str, str]:
    """What the form says of a draft."""
    said = {
        "version": str(assessment.version),
        "valid_from": assessment.valid_from.isoformat(),
        "valid_until": assessment.valid_until.isoformat(),
    }
    for domain in Domain:
        found = assessment.domains[domain]
        said[f"level_{domain}"] = str(found["level"])
        said[f"finding_{domain}"] = found["finding"]
    return said


def read(posted: FormData) -> tuple[Found | None, list[Evidence], Errors]:
    """What was typed and sent, or what is wrong with it."""
    errors: Errors = {}
    levels = {domain: _level(posted, domain, errors) for domain in Domain}
    findings = {domain: _finding(posted, domain, errors) for domain in Domain}
    evidence = [one for domain in Domain for one in _evidence(posted, domain, errors)]
    since, until = (_day(posted, name, errors) for name in ("valid_from", "valid_until"))
    if since and until and not errors:
        _check_days(since, until, max(levels.values()), errors)
    if errors or since is None or until is None:
        return None, [], errors
    return Found(levels, findings, since, until), evidence, {}


def _level(posted: FormData, domain: Domain, errors: Errors) -> int:
    said = _text(posted, f"level_{domain}")
    if not said.isdecimal() or int(said) not in LEVELS:
        errors[f"level_{domain}"] = _("Choose a level.")
        return 0
    return int(said)


def _finding(posted: FormData, domain: Domain, errors: Errors) -> str:
    said = _text(posted, f"finding_{domain}")
    if len(said) > LONGEST_FINDING:
        most = LONGEST_FINDING
        errors[f"finding_{domain}"] = _("Say it in at most {most} characters.", most=most)
    return said


def _evidence(posted: FormData, domain: Domain, errors: Errors) -> list[Evidence]:
    found = []
    for file in posted.getlist(f"evidence_{domain}"):
        if isinstance(file, UploadFile) and file.filename:
            content = file.file.read(files.MOST_BYTES + 1)
            try:
                _check_file(content)
            except Invalid as refusal:
                why = _(refusal.message, **refusal.values)
                errors[f"evidence_{domain}"] = f"{file.filename}: {why}"
            found.append(Evidence(domain, file.filename, content))
    return found


def _check_file(content: bytes) -> None:
    if not content:
        raise Invalid("The file is empty. Choose another.")
    if len(content) > files.MOST_BYTES:
        raise Invalid("The file is larger than {most} MB. Send a smaller one.", most=10)
    files.type_of(content)


def _day(posted: FormData, name: str, errors: Errors) -> date | None:
    try:
        return date.fromisoformat(_text(posted, name))
    except ValueError:
        errors[name] = _("Write a day like {example}.", example=today().isoformat())
        return None


def _check_days(since: date, until: date, level: int, errors: Errors) -> None:
    if since > today() + timedelta(days=366):
        errors["valid_from"] = _("That is more than a year ahead.")
    elif until < since:
        errors["valid_until"] = _("The last day cannot come before the first.")
    elif until > last_day(since, level):
        last = last_day(since, level).isoformat()
        errors["valid_until"] = _(
            "With this level it may hold until {date} at the longest.", date=last
        )


def _text(posted: FormData, name: str) -> str:
    said: Any = posted.get(name, "")
    return said.strip() if isinstance(said, str) else ""


def dropped(posted: Any) -> list[str]:
    """The ids of the files that were ticked to be taken away."""
    return [str(one) for one in posted.getlist("drop")] if isinstance(posted, FormData) else []


def version(posted: FormData) -> int:
    """Which version of the draft was seen; none where it does not say."""
    said = _text(posted, "version")
    return int(said) if said.isascii() and said.isdecimal() else 0


def check_reason(reason: str) -> Errors:
    """What is wrong with a sentence that says why."""
    try:
        check_sentence(reason)
    except Invalid as refusal:
        return {"reason": _(refusal.message, **refusal.values)}
    return {}


def last_day_of_entry(said: str, assessment: Assessment) -> tuple[date | None, Errors]:
    """The last day on the whitelist, never after the assessment's own."""
    last = assessment.valid_until
    try:
        day = date.fromisoformat(said.strip())
    except ValueError:
        return None, {"until": _("Write a day like {example}.", example=last.isoformat())}
    if not today() <= day <= last:
        return None, {"until": _("Choose a day from today until {date}.", date=last.isoformat())}
    return day, {}


def as_download(name: str) -> dict[str, str]:
    """Headers that have the browser save a file instead of showing it."""
    said = quote(name, safe="")
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{said}",
        "Cache-Control": "private, no-store",
    }
