"""Up to four listings side by side, and where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.facts import Fact, comparable_facts
from app.catalogue.models import Record
from app.core.i18n import _, ngettext

MOST = 4
# Always different: to mark them would drown what matters.
NEVER_MARKED = frozenset({"summary", "vendor", "source", "scenarios_text", "industries_text"})


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of every listing; it differs when those who state it say different things."""

    label: str
    facts: Sequence[Fact]

    @property
    def differs(self) -> bool:
        said = {fact.text for fact in self.facts if fact.text}
        return len(said) > 1 and self.facts[0].field not in NEVER_MARKED


@dataclass(frozen=True, slots=True)
class Column:
    """One listing and the address of the comparison without it."""

    record: Record
    without: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the comparison shows."""

    columns: Sequence[Column]
    lines: Sequence[Line]
    problems: Sequence[str]


def compare(db: Session, identifiers: Sequence[str]) -> Comparison:
    """Compare the listings of one kind, the first one's, in the order they were named.

    What cannot be compared is left out with a sentence that says so.
    """
    wanted = list(dict.fromkeys(i.strip().lower() for i in identifiers if i.strip()))
    found = reading.by_identifiers(db, wanted)
    records = [found[i] for i in wanted if i in found]
    return side_by_side(records, missing=len(wanted) - len(records))


def side_by_side(
    records: Sequence[Record], *, missing: int = 0, path: str = "/compare"
) -> Comparison:
    """Compare these, of which `missing` more were named; `path` is where the page lies."""
    alike = [record for record in records if record.KIND is records[0].KIND]
    chosen = alike[:MOST]
    return Comparison(
        columns=_columns(chosen, path),
        lines=_lines(chosen),
        problems=list(_problems(missing=missing, alike=alike, records=records)),
    )


def _columns(chosen: Sequence[Record], path: str) -> list[Column]:
    own = [record.identifier for record in chosen]
    return [
        Column(record, _address(path, [i for i in own if i != record.identifier]))
        for record in chosen
    ]


def _address(path: str, identifiers: Sequence[str]) -> str:
    return f"{path}?{urlencode([('id', i) for i in identifiers])}" if identifiers else path


def _lines(chosen: Sequence[Record]) -> list[Line]:
    """A line for every fact that at least one of them states or could state."""
    columns = [{fact.field: fact for fact in comparable_facts(record)} for record in chosen]
    if not columns:
        return []
    return [
        Line(fact.label, [column[field] for column in columns])
        for field, fact in columns[0].items()
    ]


def _problems(*, missing: int, alike: Sequence[Record], records: Sequence[Record]) -> list[str]:
    said = []
    if missing:
        said.append(
            ngettext(
                "{n} listing is not in the pool or not any longer.",
                "{n} listings are not in the pool or not any longer.",
                missing,
            )
        )
    if len(alike) < len(records):
        said.append(_("Only listings of one kind can be compared; the others were left out."))
    if len(alike) > MOST:
        said.append(_("At most {n} can be compared; the first {n} are shown.", n=MOST))
    return said
