"""Needs that wait for new listings, and which of them a listing may fit.

Whoever keeps matches of a need lets it wait; closing or withdrawing the need ends that. A new
listing is compared with all parts that wait in one product of vectors, in a job.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

import numpy as np
from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.catalogue.index import get_searcher
from app.catalogue.models import Case, Record, Solution
from app.matching import limits
from app.matching.found import Found
from app.matching.models import WaitingPart
from app.matching.wanted import Limits, Wanted
from app.matching.weighing import WEIGHTS, nearness
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
    parts = db.exec(select(WaitingPart).order_by(col(WaitingPart.id))).all()
    if not parts or not listings:
        return set()
    space = get_searcher().embedder
    vectors = _matrix(parts, space.name if space else "")
    fitting: set[UUID] = set()
    for listing in listings:
        near = _nearness(listing, vectors)
        for number, part in enumerate(parts):
            if part.need_id not in fitting and _fits(listing, part, near.get(number)):
                fitting.add(part.need_id)
    return fitting


def _fits(listing: Solution | Case, part: WaitingPart, near: float | None) -> bool:
    agrees = bool(set(part.scenarios) & set(listing.scenarios))
    least = _BESIDE if agrees else _ALONE
    if not (agrees if near is None else near >= least):
        return False
    if isinstance(listing, Case):  # what it lifts is checked when the need is matched
        return True
    return not limits.broken(Limits.from_json(part.limits), listing)


def _matrix(parts: Sequence[WaitingPart], space: str) -> tuple[list[int], Vector]:
    """The places of parts with a vector of this model, and these vectors."""
    places = [n for n, part in enumerate(parts) if part.vector and part.space == space]
    rows = [np.frombuffer(base64.b64decode(parts[n].vector), np.float16) for n in places]
    return places, np.array(rows, np.float32)


def _nearness(listing: Record, vectors: tuple[list[int], Vector]) -> Mapping[int, float]:
    places, matrix = vectors
    searcher = get_searcher()
    if not places or searcher.embedder is None:
        return {}
    own = searcher.engine.vector(listing.identifier, searcher.embedder.name)
    if own is None:
        return {}
    cosines: Iterable[float] = (matrix @ own).tolist()
    return {n: nearness(c, WEIGHTS) for n, c in zip(places, cosines, strict=True)}


def _packed(vector: Vector) -> str:
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode()


def needs(db: Session) -> Sequence[UUID]:
    """Every need that waits."""
    return db.exec(select(WaitingPart.need_id).distinct()).all()


def waits(db: Session, need_id: UUID) -> bool:
    """Whether a need waits."""
    return db.exec(select(WaitingPart.id).where(WaitingPart.need_id == need_id)).first() is not None
