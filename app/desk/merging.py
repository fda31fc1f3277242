"""The merge queue as staff read it: pairs inside their region, and one pair side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.facts import Fact, Origin, comparable_facts, facts_of, origin_of
from app.catalogue.models import MODELS, Case, Record, Solution, Vendor
from app.catalogue.reading import OPTIONS, Page
from app.core.chunks import chunks
from app.core.errors import Forbidden, NotFound
from app.core.i18n import _
from app.curation import merging as rules
from app.curation.models import MergeCase, MergeState
from app.curation.places import pairs_inside, region_of
from app.desk.wording import narrowed, page_number
from search.engine import Kind

SIZE = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """Which pairs somebody wants to see."""

    is_decided: bool = False
    kind: str = ""
    region: str = ""
    number: int = 1

    @property
    def active(self) -> int:
        return bool(self.kind) + bool(self.region)


@dataclass(frozen=True, slots=True)
class Pair:
    """One case of the queue with both of its records."""

    case: MergeCase
    newer: Record
    older: Record


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records, each with where it came from."""

    label: str
    sides: tuple["Side", "Side"]

    @property
    def differs(self) -> bool:
        one, other = self.sides
        return bool(one.text and other.text and one.text != other.text)


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two says."""

    text: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the page of a case shows."""

    pair: Pair
    lines: Sequence[Line]
    offers: int  # what belongs to the newer one, or was moved with it
    is_inside: bool  # both of the two, so that this person may decide


def read(query: Mapping[str, str]) -> Asked:
    """What the address asks for; anything else counts as not said."""
    kind = query.get("kind", "")
    return Asked(
        is_decided=query.get("state") == "decided",
        kind=kind if kind in set(Kind) else "",
        region=query.get("region", ""),
        number=page_number(query.get("page", "")),
    )


def first(query: Mapping[str, str]) -> Asked:
    """The same from the first page on."""
    return replace(read(query), number=1)


def page(db: Session, visitor: Visitor, asked: Asked, size: int = SIZE) -> Page:
    """The pairs that wait, most alike first; or those decided, the latest first."""
    chosen = _chosen(visitor, asked)
    total = db.exec(select(func.count()).select_from(chosen.subquery())).one()
    order: tuple[Any, ...] = (col(MergeCase.score).desc(), col(MergeCase.id))
    if asked.is_decided:
        order = (col(MergeCase.decided_at).desc(), col(MergeCase.id).desc())
    rows = db.exec(chosen.order_by(*order).offset((asked.number - 1) * size).limit(size)).all()
    return Page(items=_pairs(db, rows), total=total, number=asked.number, size=size)


def count(db: Session, visitor: Visitor, asked: Asked) -> int:
    """How many pairs there are."""
    return db.exec(select(func.count()).select_from(_chosen(visitor, asked).subquery())).one()


def _chosen(visitor: Visitor, asked: Asked) -> Any:
    waits = col(MergeCase.state) == MergeState.WAITING
    chosen = select(MergeCase).where(
        pairs_inside(narrowed(visitor.scope, asked.region)), ~waits if asked.is_decided else waits
    )
    return chosen.where(MergeCase.kind == asked.kind) if asked.kind else chosen


def _pairs(db: Session, cases: Sequence[MergeCase]) -> list[Pair]:
    records: dict[UUID, Record] = {}
    for kind in {Kind(case.kind) for case in cases}:
        model = MODELS[kind]
        ids = [i for case in cases if case.kind == kind for i in (case.newer_id, case.older_id)]
        for some in chunks(ids):
            chosen = select(model).where(col(model.id).in_(some)).options(*OPTIONS.get(kind, ()))
            records.update({record.id: record for record in db.exec(chosen)})
    return [Pair(case, records[case.newer_id], records[case.older_id]) for case in cases]


def find_for(db: Session, visitor: Visitor, case_id: int) -> MergeCase:
    """Raises `NotFound` when there is no such case inside this person's region."""
    chosen = select(MergeCase).where(MergeCase.id == case_id, pairs_inside(visitor.scope))
    case = db.exec(chosen).first()
    if case is None:
        raise NotFound("There is no merge case {case}.", case=case_id)
    return case


def find_to_decide(db: Session, visitor: Visitor, case_id: int) -> MergeCase:
    """As `find_for`; raises `Forbidden` where one of the two lies outside the region."""
    case = find_for(db, visitor, case_id)
    if not _is_inside(visitor, rules.pair_of(db, case)):
        raise Forbidden("One of the two lies outside your region: the province decides.")
    return case


def _is_inside(visitor: Visitor, pair: tuple[Record, Record]) -> bool:
    return all(visitor.scope.covers(region_of(record)) for record in pair)


def compare(db: Session, visitor: Visitor, case: MergeCase) -> Comparison:
    """Both records of a case, field by field."""
    newer, older = pair = rules.pair_of(db, case)
    return Comparison(
        pair=Pair(case, newer, older),
        lines=_lines(newer, older),
        offers=_offers(db, case, newer),
        is_inside=_is_inside(visitor, pair),
    )


def _lines(newer: Record, older: Record) -> list[Line]:
    sides = (_sides(newer), _sides(older))
    labels = dict.fromkeys(label for side in sides for label in side)
    nothing = Side("", None)
    return [
        Line(label, (sides[0].get(label, nothing), sides[1].get(label, nothing)))
        for label in labels
    ]


def _sides(record: Record) -> dict[str, Side]:
    """What a record says, by the names of the facts, its further columns last."""
    further = [fact for fact in facts_of(record) if fact.field == "extra"]
    facts: list[Fact] = [*comparable_facts(record), *further]
    name = {_("Name"): Side(record.name, origin_of(record, "name"))}
    return name | {fact.label: Side(fact.text, fact.origin) for fact in facts}


def _offers(db: Session, case: MergeCase, newer: Record) -> int:
    """How many solutions and cases a decision moves."""
    if case.state == MergeState.MERGED:
        return sum(not moved.startswith(f"{newer.KIND}:") for moved in case.moved)
    if not isinstance(newer, Vendor):
        return 0
    counted = (
        db.exec(select(func.count()).where(model.vendor_id == newer.id)).one()
        for model in (Solution, Case)
    )
    return sum(counted)
