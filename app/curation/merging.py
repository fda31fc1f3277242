"""The merge queue: two records that may be one are merged, kept apart, or split again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue import service as catalogue
from app.catalogue.models import MODELS, Case, Record, Solution, Vendor
from app.catalogue.reading import OPTIONS
from app.catalogue.stages import Stage
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, NotFound
from app.curation.admission import LIVE, load
from app.curation.folding import fold
from app.curation.models import Candidate, MergeCase, MergeState, Standing
from search.engine import Kind


def waiting(db: Session) -> list[MergeCase]:
    """The cases that nobody has decided, most alike first."""
    statement = select(MergeCase).where(MergeCase.state == MergeState.WAITING)
    return list(db.exec(statement.order_by(col(MergeCase.score).desc(), col(MergeCase.id))))


def names_of(db: Session, cases: Sequence[MergeCase]) -> dict[UUID, tuple[str, str]]:
    """Identifier and name of each record that the cases speak of."""
    names: dict[UUID, tuple[str, str]] = {}
    for kind in {Kind(case.kind) for case in cases}:
        model = MODELS[kind]
        ids = [i for c in cases if c.kind == kind for i in (c.newer_id, c.older_id)]
        rows = db.exec(select(model.id, model.identifier, model.name).where(col(model.id).in_(ids)))
        names.update({row_id: (identifier, name) for row_id, identifier, name in rows})
    return names


def find_case(db: Session, case_id: int) -> MergeCase:
    """Raises `NotFound` when there is no such case."""
    case = db.get(MergeCase, case_id)
    if case is None:
        raise NotFound("There is no merge case {case}.", case=case_id)
    return case


def merge(db: Session, case: MergeCase, *, by: str | audit.Actor, why: str | None = None) -> Record:
    """The newer record becomes part of the older one: its offers move over, its address leads on.

    Nothing said of either is lost. Returns the record that stays. Raises `Conflict` when the
    case was decided already or one of the two has left meanwhile.
    """
    _must_be(case, MergeState.WAITING)
    newer, older = pair_of(db, case)
    if Stage.MERGED in (newer.stage, older.stage):
        raise Conflict("One of the two was merged elsewhere meanwhile; look at the case again.")
    case.stage_before = newer.stage
    case.moved = _lead_on(db, newer, older)
    with catalogue.changing(db, by=by) as changes:
        if isinstance(newer, Vendor) and isinstance(older, Vendor):
            case.moved += _move_offers(db, changes, newer, older)
            newer.organisation.credit_code = None  # unique; the fold gives it to the one that stays
        catalogue.leave(changes, newer, Stage.MERGED, into=older)
        _release(db, newer.id, by=by)
        db.flush()  # the fold reads back what was said of both
        _refold(db, changes, older)
    _decide(db, case, MergeState.MERGED, "merge.merged", why, by=by)
    return older


def keep_apart(
    db: Session, case: MergeCase, *, by: str | audit.Actor, why: str | None = None
) -> None:
    """The two are different: the newer one goes on to admission by itself."""
    _must_be(case, MergeState.WAITING)
    _release(db, case.newer_id, by=by)
    _decide(db, case, MergeState.APART, "merge.apart", why, by=by)


def split(db: Session, case: MergeCase, *, by: str | audit.Actor, why: str | None = None) -> Record:
    """Undo a merge: the newer record returns with its own values and its offers."""
    _must_be(case, MergeState.MERGED)
    newer, older = pair_of(db, case)
    newer.merged_into = None
    newer.move_to(_stage_after_split(db, case))
    with catalogue.changing(db, by=by) as changes:
        _move_back(db, changes, case, (newer, older))
        db.flush()  # the fold reads back what is said of each
        _refold(db, changes, older)
        db.flush()  # a unique credit code must leave one before it enters the other
        _refold(db, changes, newer)
        newer.version += 1
        catalogue.tell_index(changes, newer)
    _decide(db, case, MergeState.APART, "merge.split", why, by=by)
    return newer


def _stage_after_split(db: Session, case: MergeCase) -> Stage:
    """As before the merge, or public if it was admitted meanwhile."""
    admitted = select(Candidate.id).where(
        Candidate.record_id == case.newer_id, Candidate.standing == Standing.ACCEPTED
    )
    if db.exec(admitted).first():
        return Stage.PUBLISHED
    return Stage(case.stage_before or Stage.SUBMITTED)


def _must_be(case: MergeCase, state: MergeState) -> None:
    if case.state != state:
        raise Conflict("Case {case} is {state}.", case=case.id, state=str(case.state))


def pair_of(db: Session, case: MergeCase) -> tuple[Record, Record]:
    """The newer and the older record of a case, with what their pages show."""
    return _record(db, case, case.newer_id), _record(db, case, case.older_id)


def _record(db: Session, case: MergeCase, record_id: UUID) -> Record:
    model = MODELS[Kind(case.kind)]
    chosen = select(model).where(model.id == record_id).options(*OPTIONS.get(model.KIND, ()))
    return db.exec(chosen).one()


def _lead_on(db: Session, newer: Record, older: Record) -> list[str]:
    """What was merged into the newer one before now belongs to the older one."""
    model = MODELS[newer.KIND]
    earlier = db.exec(select(model).where(model.merged_into == newer.id)).all()
    for record in earlier:
        record.merged_into = older.id
    return [f"{newer.KIND}:{record.id}" for record in earlier]


def _move_offers(
    db: Session, changes: catalogue.Changes, newer: Vendor, older: Vendor
) -> list[str]:
    moved: list[str] = []
    for model in (Solution, Case):
        for offer in db.exec(select(model).where(model.vendor_id == newer.id)):
            offer.vendor_id = older.id
            # A document's version is its own plus its vendor's: it must still grow.
            offer.version += newer.version
            moved.append(f"{offer.KIND}:{offer.id}")
            catalogue.tell_index(changes, offer)
    return moved


def _move_back(
    db: Session, changes: catalogue.Changes, case: MergeCase, pair: tuple[Record, Record]
) -> None:
    newer, older = pair
    for reference in case.moved:
        kind, _, moved_id = reference.partition(":")
        moved = db.get(MODELS[Kind(kind)], UUID(moved_id))
        if moved is not None and moved.KIND is newer.KIND:
            moved.merged_into = newer.id
        elif isinstance(moved, Solution | Case):
            moved.vendor_id = newer.id
            moved.version += older.version
            catalogue.tell_index(changes, moved)


def _release(db: Session, record_id: UUID, *, by: str | audit.Actor) -> None:
    """What was held for this decision now waits for admission, or follows its merged record."""
    held = select(Candidate).where(
        Candidate.record_id == record_id, Candidate.standing == Standing.REVIEW
    )
    for candidate in db.exec(held):
        candidate.standing, candidate.decided_by = Standing.WAITING, audit.name_of(by)


def _refold(db: Session, changes: catalogue.Changes, record: Record) -> None:
    for loaded, said in load(db, record.KIND, [record.id]):
        public = loaded.stage == Stage.PUBLISHED
        counted = (Standing.ACCEPTED,) if public else LIVE
        values, origins = fold(loaded.KIND, [c for c in said if c.standing in counted])
        catalogue.restate(changes, loaded, values, origins)


def _decide(
    db: Session,
    case: MergeCase,
    state: MergeState,
    act: str,
    why: str | None,
    *,
    by: str | audit.Actor,
) -> None:
    before, case.state = case.state, state
    case.decided_by, case.decided_at = audit.name_of(by), now()
    newer, older = (names_of(db, [case])[id_][0] for id_ in (case.newer_id, case.older_id))
    said: dict[str, Any] = {
        "before": {"state": str(before)},
        "after": {"state": str(state)},
        "why": why,
    }
    audit.record(db, by, act, case, **said, newer=newer, older=older)
