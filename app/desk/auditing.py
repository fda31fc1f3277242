"""The audit trail as auditors read it: searched, in sentences, inside their region."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.reading import Page
from app.core.audit import START, AuditEntry
from app.core.formats import CHINA, format_moment
from app.core.i18n import _, ngettext
from app.curation import trail
from app.curation.models import Batch
from app.desk import subjects
from app.desk.deeds import sentence
from app.desk.wording import field_label, field_text, page_number
from search.engine import Kind

SIZE = 50
LONGEST = 200  # characters of what may be searched for
NAMES = ("by", "action", "object", "kind", "since", "until")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for in the trail; days are those of China, both included."""

    by: str = ""
    action: str = ""
    object: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    number: int = 1
    posted: Mapping[str, str] = field(default_factory=dict)

    @property
    def active(self) -> int:
        said = (self.by, self.action, self.object, self.kind, self.since, self.until)
        return sum(bool(one) for one in said)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is read."""

    entry: AuditEntry
    text: str
    name: str
    changes: Sequence[tuple[str, str, str]]  # label, before, after
    details: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chain:
    """How the whole chain stands: its length and end, and what the last look found."""

    length: int
    head: str
    checked: AuditEntry | None


def read(query: Mapping[str, str]) -> tuple[Asked, dict[str, str]]:
    """What the address asks for, and what in it cannot be taken."""
    posted = {name: query.get(name, "").replace("\0", "").strip()[:LONGEST] for name in NAMES}
    errors: dict[str, str] = {}
    asked = Asked(
        by=posted["by"],
        action=posted["action"],
        object=posted["object"],
        kind=posted["kind"],
        since=_day(posted["since"], "since", errors),
        until=_day(posted["until"], "until", errors),
        number=page_number(query.get("page", "")),
        posted=posted,
    )
    return asked, errors


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors[name] = _("Write the day like 2026-11-22.")
        return None


def page(db: Session, visitor: Visitor, asked: Asked, size: int = SIZE) -> Page:
    """The entries that fit, the newest first."""
    chosen = _chosen(db, visitor, asked)
    total = db.exec(select(func.count()).select_from(chosen.subquery())).one()
    ordered = chosen.order_by(col(AuditEntry.at).desc(), col(AuditEntry.number).desc())
    entries = db.exec(ordered.offset((asked.number - 1) * size).limit(size)).all()
    return Page(lines(db, entries), total, asked.number, size)


def _chosen(db: Session, visitor: Visitor, asked: Asked) -> Any:
    chosen = select(AuditEntry).where(subjects.visible(visitor.scope))
    if asked.by:
        chosen = chosen.where(col(AuditEntry.by).icontains(asked.by, autoescape=True))
    if asked.action:
        chosen = chosen.where(AuditEntry.action == asked.action)
    if asked.kind:
        chosen = chosen.where(AuditEntry.subject_kind == asked.kind)
    if asked.object:
        meant = [asked.object, *subjects.named(db, asked.object)]
        chosen = chosen.where(col(AuditEntry.subject_id).in_(meant))
    if asked.since:
        chosen = chosen.where(AuditEntry.at >= _begins(asked.since))
    if asked.until:
        chosen = chosen.where(AuditEntry.at < _begins(asked.until + timedelta(days=1)))
    return chosen


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def lines(db: Session, entries: Sequence[AuditEntry]) -> list[Line]:
    """Entries with the names of what they speak of, in sentences."""
    names = subjects.names_of(db, entries)
    return [_line(entry, names.get((entry.subject_kind, entry.subject_id))) for entry in entries]


def _line(entry: AuditEntry, name: str | None) -> Line:
    said = name or _described(entry)
    return Line(
        entry=entry,
        text=sentence(entry.action, entry.by, f"“{said}”"),
        name=said,
        changes=list(_changes(entry)),
        details=[(_label(entry, key), _text(key, value)) for key, value in entry.details.items()],
    )


def _described(entry: AuditEntry) -> str:
    """What a subject without a name of its own is called."""
    if entry.subject_kind == "mergecase" and "newer" in entry.details:
        return f"{entry.details['newer']} · {entry.details['older']}"
    kind = subjects.SUBJECTS.get(entry.subject_kind)
    return f"{_(kind) if kind else entry.subject_kind} {entry.subject_id}"


def _changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    before, after = entry.before or {}, entry.after or {}
    return [
        (_label(entry, key), _text(key, before.get(key)), _text(key, after.get(key)))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]


def _label(entry: AuditEntry, key: str) -> str:
    kind = entry.subject_kind if entry.subject_kind in set(Kind) else Kind.VENDOR
    return field_label(kind, key)


def _text(key: str, value: Any) -> str:
    return field_text(key, value)


def actions(db: Session, visitor: Visitor) -> list[str]:
    """Every kind of act that the trail knows of inside somebody's region, by its code."""
    seen = subjects.visible(visitor.scope)
    return sorted(db.exec(select(AuditEntry.action).where(seen).distinct()))


def chain(db: Session) -> Chain:
    """Where the chain ends, without walking it."""
    last = select(AuditEntry.number, AuditEntry.hash).where(col(AuditEntry.number).is_not(None))
    found = db.exec(last.order_by(col(AuditEntry.number).desc()).limit(1)).first()
    length, head = (found[0] or 0, found[1] or "") if found else (0, START)
    return Chain(length, head, trail.last_check(db))


def story(db: Session, batch: Batch) -> list[tuple[str, str, str]]:
    """What was done with a batch, the newest first, for its page."""
    own = select(AuditEntry).where(
        AuditEntry.subject_kind == "batch", AuditEntry.subject_id == str(batch.id)
    )
    entries = db.exec(own.order_by(col(AuditEntry.at).desc())).all()
    return [
        (format_moment(line.entry.at), line.text, line.entry.why or _counts(line.entry))
        for line in lines(db, entries)
    ]


def _counts(entry: AuditEntry) -> str:
    """How many records an act on a batch touched, in words; nothing for acts that count none."""
    counted = defaultdict(int, entry.details)
    said = {
        "published": ngettext(
            "{n} record published", "{n} records published", counted["published"]
        ),
        "changed": ngettext("{n} record changed", "{n} records changed", counted["changed"]),
        "withdrawn": ngettext(
            "{n} record withdrawn", "{n} records withdrawn", counted["withdrawn"]
        ),
        "restored": ngettext("{n} record restored", "{n} records restored", counted["restored"]),
    }
    return _(", ").join(text for name, text in said.items() if name in entry.details)
