"""Which record does a row speak of? One that is known, perhaps one, or a new one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.curation.admission import Proposal, Twin
from ingest.known import Known
from ingest.normalise import normalise_row
from ingest.report import State
from search.engine import Kind
from search.vocabulary import Vocabulary

SaidBefore = dict[str, tuple[UUID, bool]]  # digest → record, and whether it is in review


@dataclass(slots=True)
class Line:
    """One row on its way: read, normalised, recognised, decided."""

    kind: Kind
    sheet: str
    row: int
    raw: dict[str, str]
    values: dict[str, Any]
    digest: str
    unverified: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)
    vendor: dict[str, Any] | None = None
    vendor_digest: str = ""
    links: dict[str, UUID | None] = field(default_factory=dict)
    record_id: UUID | None = None
    is_new: bool = False
    twin: Twin | None = None
    state: State | None = None

    @property
    def is_held(self) -> bool:
        """Whether somebody has to look at this row: perhaps a twin, or not verified by its list."""
        return self.unverified or self.twin is not None

    @property
    def record(self) -> UUID:
        """The id of the record that this row was found to speak of."""
        assert self.record_id is not None, "recognised before"  # noqa: S101
        return self.record_id

    def proposal(
        self, *, since: dict[str, int] | None = None, replaces: tuple[int, ...] = ()
    ) -> Proposal:
        """What this row says of its record."""
        return Proposal(
            kind=self.kind,
            record_id=self.record,
            is_new=self.is_new,
            values=self.values,
            sheet=self.sheet,
            row=self.row,
            digest=self.digest,
            raw=self.raw,
            since=since or {},
            replaces=replaces,
            links=self.links,
            twin=self.twin,
            in_review=self.unverified,
        )


def digest_of(kind: Kind, raw: Mapping[str, str]) -> str:
    """What makes a row the same row again: its kind and its cells, wherever it stands."""
    text = json.dumps([kind, sorted(raw.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _told_of_vendor(hints: Mapping[str, str]) -> dict[str, str]:
    """What a list of solutions or cases tells of the vendor beside its name."""
    told = {"credit_code": "vendor_credit_code", "region": "vendor_region"}
    return {name: hints[hint] for name, hint in told.items() if hint in hints}


class Recogniser:
    """Finds the record of each row; what it finds to be new is known from then on.

    `vendors` are the vendors that rows of solutions and cases named for the first time.
    """

    def __init__(self, known: Known, vocabulary: Vocabulary) -> None:
        self.known = known
        self.vocabulary = vocabulary
        self.vendors: list[Line] = []

    def name_vendor(self, line: Line) -> None:
        """Read the vendor's name in a solution or case as the vendor it means."""
        text = line.values.get("vendor")
        if line.kind in (Kind.SOLUTION, Kind.CASE) and text:
            named = normalise_row(Kind.VENDOR, {"name": str(text)}, self.vocabulary)
            if not named.rejected:
                line.vendor = named.values | _told_of_vendor(line.hints)
                line.vendor_digest = digest_of(Kind.VENDOR, {"name": str(text), **line.hints})

    def recognise(self, line: Line, said_before: SaidBefore) -> list[Proposal]:
        """Set the line's record; returns a proposal for its vendor if the list is new to it.

        `said_before` learns what vendors this file has named so far.
        """
        proposals: list[Proposal] = []
        scope = ""
        if line.vendor is not None:
            proposals = self._recognise_vendor(line, said_before)
            scope = str(line.links["vendor_id"])
            if line.kind is Kind.CASE:
                self._link_solution(line, scope)
        decision = self.known.find(line.kind, line.values, scope)
        if decision.state == "same":
            line.record_id = UUID(decision.entity_id)
            line.is_new = line.record_id in self.known.withdrawn
            self.known.withdrawn.discard(line.record_id)
            return proposals
        if decision.state == "review":
            line.twin = Twin(UUID(decision.entity_id), decision.score, tuple(decision.reasons))
        line.record_id = self.known.add(line.kind, line.values, scope)
        line.is_new = True
        return proposals

    def _recognise_vendor(self, line: Line, said_before: SaidBefore) -> list[Proposal]:
        assert line.vendor is not None  # noqa: S101  the caller looked
        before = said_before.get(line.vendor_digest)
        if before:
            line.links["vendor_id"] = before[0]
            return []
        named = Line(
            kind=Kind.VENDOR,
            sheet=line.sheet,
            row=line.row,
            raw={"vendor": str(line.values["vendor"])},
            values=line.vendor,
            digest=line.vendor_digest,
            unverified=line.unverified,
        )
        self.recognise(named, {})
        line.links["vendor_id"] = named.record
        said_before[line.vendor_digest] = (named.record, named.is_held)
        self.vendors.append(named)
        return [named.proposal()]

    def _link_solution(self, line: Line, scope: str) -> None:
        name = line.values.get("solution")
        if name:
            found = self.known.find(Kind.SOLUTION, {"name": name}, scope)
            if found.state == "same":
                line.links["solution_id"] = UUID(found.entity_id)
