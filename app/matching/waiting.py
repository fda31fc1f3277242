"""Needs that wait for new listings, and which of them a listing may fit.

Whoever keeps matches of a need lets it wait; closing or withdrawing the need ends that. A new
listing is compared with all parts that wait in one product of vectors, in a job.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.catalogue.index import get_searcher
from app.catalogue.models import Case, Record, Solution
from app.matching import limits
from app.matching.found import Found
from app.matching.models import WaitingPart
from app.matching.wanted import Limits, Wanted
from app.matching.weighing import WEIGHTS
from search.engine import Vector
from search.fusion import WEIGHTS as OF_SEARCH

# of what meaning can give: enough beside the same scenario, and enough alone
_BESIDE, _ALONE = 0.25, 0.5


def wait(db: Session, *, need_id: UUID, wanted: Wanted, found: Found) -> None:
    """Have the need found by listings that come later; replaces what it waited for."""
    leave(db, need_id)
    rows = []
    for number, (part, question) in enumerate(zip(wanted.parts, found.questions, strict=True)):
        strong = OF_SEARCH.complaints * OF_SEARCH.complaint_limit / 2
        complained = [code for code, bonus in question.complaints.items() if bonus >= strong]
        vector = question.request.vector
        rows.append(
            {
                "need_id": need_id,
                "part": number,
                "scenarios": list(part.scenarios) or complained,
                "limits": asdict(wanted.limits),
                "vector": "" if vector is None else _packed(vector),
                "space": question.request.space,
            }
        )
    if rows:
        db.execute(insert(WaitingPart), rows)


def leave(db: Session, need_id: UUID) -> None:
    """The need waits no longer: it was closed or withdrawn. Its matches stay."""
    waits = delete(WaitingPart).where(col(WaitingPart.need_id) == need_id)
    db.execute(waits.execution_options(synchronize_session=False))


def may_fit(db: Session, listings: Sequence[Solution | Case]) -> set[UUID]:
    """The needs whose matches may change by these listings, whose vendors must be loaded.

    A listing may fit where it names the same scenario and is not far in meaning, or is near. What
    this misses is found when the need is matched again, at the latest next week.
    """
    everybody = _read(db) if listings else None
    if everybody is None:
        return set()
    fitting: set[UUID] = set()
    for listing in listings:
        near = {everybody.needs[n] for n in everybody.near(listing).tolist()} - fitting
        fitting |= near if isinstance(listing, Case) else _inside(db, near, listing)
    return fitting


def _inside(db: Session, needs: set[UUID], listing: Solution) -> set[UUID]:
    """Of these needs those whose limits do not rule the listing out."""
    chosen = select(WaitingPart.need_id, WaitingPart.limits)
    rows = db.exec(chosen.where(col(WaitingPart.need_id).in_(needs), WaitingPart.part == 0))
    return {id_ for id_, kept in rows if not limits.broken(Limits.from_json(kept), listing)}


@dataclass(frozen=True, slots=True)
class _Everybody:
    """All parts that wait, by their place; `rows` are the places of those with a vector."""

    needs: Sequence[UUID]
    scenarios: Mapping[str, Sequence[int]]
    rows: NDArray[np.int64]
    vectors: Vector

    def near(self, listing: Solution | Case) -> NDArray[np.int64]:
        """The places of the parts that a listing may fit, limits aside."""
        agrees = np.zeros(len(self.needs), np.bool_)
        for code in listing.scenarios:
            agrees[list(self.scenarios.get(code, ()))] = True
        own = _vector(listing)
        if own is None or not len(self.rows):
            return np.flatnonzero(agrees)
        shares = np.full(len(self.needs), _BESIDE)  # a part without a vector goes by its scenario
        span = WEIGHTS.near - WEIGHTS.far
        shares[self.rows] = (self.vectors @ own - WEIGHTS.far) / span
        return np.flatnonzero((shares >= _ALONE) | (agrees & (shares >= _BESIDE)))


def _read(db: Session) -> _Everybody | None:
    embedder = get_searcher().embedder
    space = embedder.name if embedder else None
    chosen = select(
        WaitingPart.need_id, WaitingPart.scenarios, WaitingPart.space, WaitingPart.vector
    )
    parts = db.exec(chosen.order_by(col(WaitingPart.id))).all()
    if not parts:
        return None
    scenarios: dict[str, list[int]] = {}
    rows, packed = [], []
    for place, (_need, codes, of, vector) in enumerate(parts):
        for code in codes:
            scenarios.setdefault(code, []).append(place)
        if vector and of == space:
            rows.append(place)
            packed.append(base64.b64decode(vector))
    vectors = np.frombuffer(b"".join(packed), np.float16).reshape(len(rows), -1 if rows else 0)
    needs = [need for need, *_rest in parts]
    return _Everybody(needs, scenarios, np.array(rows, np.int64), vectors.astype(np.float32))


def _vector(listing: Record) -> Vector | None:
    searcher = get_searcher()
    if searcher.embedder is None:
        return None
    return searcher.engine.vector(listing.identifier, searcher.embedder.name)


def _packed(vector: Vector) -> str:
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode()


def needs(db: Session) -> Sequence[UUID]:
    """Every need that waits."""
    return db.exec(select(WaitingPart.need_id).distinct()).all()


def waits(db: Session, need_id: UUID) -> bool:
    """Whether a need waits."""
    return db.exec(select(WaitingPart.id).where(WaitingPart.need_id == need_id)).first() is not None
