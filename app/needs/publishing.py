"""The acts that move a need: published once, its deadline extended, closed, withdrawn."""

import re
import unicodedata
from datetime import datetime, timedelta

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import audit, outbox
from app.core.db import now
from app.core.errors import Conflict, Invalid
from app.core.formats import today
from app.core.i18n import _, mark
from app.curation.applications.completeness import Completeness, completeness_of
from app.matching import service as matching
from app.needs.drafting import Overtaken
from app.needs.fields import FIELDS, values_of
from app.needs.models import Confidentiality, Need, NeedStage

MATCH = "needs.match"
LONGEST_OPEN = timedelta(days=366)
LEAST_TEXT = 15  # characters that say what goes wrong
LONGEST_WHY = 500
NUMBER = mark(
    "Your identity is to stay hidden, but there is a telephone number or a mail address here."
)
LEAST_NAME = 4  # characters of a short name that are surely a name
_LEGAL_FORM = re.compile(r"(股份|有限|责任|公司|集团|总厂|厂)+$")
_CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)|[\w.+-]+@[\w-]+\.\w+"
)


def completeness(need: Need) -> Completeness:
    """How much of a need is said, and what is missing."""
    return completeness_of(FIELDS, values_of(need))


def lacking(db: Session, need: Need) -> dict[str, str]:
    """What keeps a draft from being published, by field; nothing where it can be."""
    lacks = {one.name: _("Missing. {why}", why=_(one.why)) for one in completeness(need).needed}
    if need.text and len(need.text) < LEAST_TEXT:
        lacks["text"] = _("Say a little more: what goes wrong, and on which machines.")
    lacks |= _time_faults(need)
    if need.confidentiality == Confidentiality.HIDDEN:
        organisation = db.get_one(Organisation, need.organisation_id)
        for name, text in _shown_texts(need):
            if fault := identity_fault(organisation, text):
                lacks[name] = _(fault)
    return lacks


def _time_faults(need: Need) -> dict[str, str]:
    faults: dict[str, str] = {}
    moment = now()
    if need.closes_at and not moment < need.closes_at <= moment + LONGEST_OPEN:
        faults["closes_at"] = _("It has to close in the future, at most a year from now.")
    if need.questions_until and need.questions_until <= moment:
        faults["questions_until"] = _("This moment has passed. Choose a later one.")
    elif need.questions_until and need.closes_at and need.questions_until > need.closes_at:
        faults["questions_until"] = _("Questions have to end before the need closes.")
    if need.wanted_by and need.wanted_by < today():
        faults["wanted_by"] = _("This day has passed. Choose a later one.")
    return faults


def _shown_texts(need: Need) -> list[tuple[str, str]]:
    """Every text that readers of the need see, with the field that it is typed in."""
    parts = [("parts", f"{part['title']}\n{part['text']}") for part in need.parts]
    return [("title", need.title), ("text", need.text), ("systems", need.systems), *parts]


def identity_fault(organisation: Organisation, text: str) -> str:
    """Why a text would give away who wrote it, as a msgid; empty where it does not."""
    folded = _fold(text)
    named = {organisation.name, organisation.credit_code or "", *organisation.aliases}
    short = _LEGAL_FORM.sub("", organisation.name)
    names = {_fold(name) for name in (*named, short) if len(name) >= LEAST_NAME}
    if any(name in folded for name in names):
        return mark("Your identity is to stay hidden, but your organisation is named here.")
    if _CONTACT.search(text):
        return NUMBER
    return ""


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def publish(db: Session, need: Need, *, seen: int, by: Visitor) -> bool:
    """Show a draft to those who may see it, and have it matched; whether this is what did it.

    `seen` is the version that was read; the same press of the same person counts once. Raises
    `Overtaken` when somebody changed it since, `Conflict` where it is no draft any more,
    `Invalid` while something is missing.
    """
    is_mine = need.published_by == by.person_id and need.version == seen + 1
    if need.stage == NeedStage.PUBLISHED and is_mine:
        return False
    if need.stage == NeedStage.DRAFT and need.version != seen:
        raise Overtaken(mark("Somebody else saved this draft while you were writing."))
    if need.stage == NeedStage.DRAFT and lacking(db, need):
        raise Invalid("Something is missing, so it cannot be published yet.")
    need.move_to(NeedStage.PUBLISHED)
    need.published_at, need.published_by = now(), by.person_id
    db.add(need)
    after = {"confidentiality": str(need.confidentiality), "closes_at": _iso(need.closes_at)}
    audit.record(db, by, "need.published", need, after=after)
    outbox.enqueue(db, MATCH, key=str(need.id), need_id=str(need.id))
    return True


def extend(db: Session, need: Need, until: datetime, *, by: Visitor) -> None:
    """Let vendors answer for longer. Raises `Conflict` once it closed, `Invalid` for a moment
    that is not later or is too far away."""
    if not need.is_open:
        raise Conflict("It is closed already.")
    latest = now() + LONGEST_OPEN
    if need.closes_at is None or not need.closes_at < until <= latest:
        raise Invalid("Choose a later moment, at most a year from now.")
    before, need.closes_at = need.closes_at, until
    need.version += 1
    need.updated_at = now()
    db.add(need)
    ends = {"before": {"closes_at": _iso(before)}, "after": {"closes_at": _iso(until)}}
    audit.record(db, by, "need.extended", need, **ends)  # type: ignore[arg-type]


def close(db: Session, need: Need, *, by: Visitor) -> None:
    """End a need before its deadline. Raises `Conflict` where it is not open."""
    if not need.is_open:
        raise Conflict("It is closed already.")
    need.move_to(NeedStage.CLOSED)
    need.closed_at = now()
    db.add(need)
    matching.leave(db, need.id)
    audit.record(db, by, "need.closed", need)


def withdraw(db: Session, need: Need, why: str, *, by: Visitor) -> None:
    """Take a draft or a published need away. Raises `Conflict` once it closed, `Invalid` where a
    published one is withdrawn without a reason."""
    if need.stands is NeedStage.CLOSED:
        raise Conflict("It is closed already.")
    if need.stage == NeedStage.PUBLISHED and not why:
        raise Invalid("Say in a sentence why.")
    need.move_to(NeedStage.WITHDRAWN)
    need.withdrawn_at, need.withdrawn_why = now(), why[:LONGEST_WHY] or None
    db.add(need)
    matching.leave(db, need.id)
    audit.record(db, by, "need.withdrawn", need, why=need.withdrawn_why)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
