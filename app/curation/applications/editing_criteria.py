"""Keeping the criteria: a changed one is a new row, so that old scores keep their meaning."""

from uuid import uuid4

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.errors import Conflict, Invalid, NotFound
from app.curation.applications.criteria import MOST, TOTAL, active, begin
from app.curation.applications.models import Criterion
from search.engine import Kind

HEAVIEST = 100
SAID = ("name", "name_en", "help", "weight", "threshold")


def add(db: Session, kind: Kind, criterion: Criterion, *, by: Visitor) -> Criterion:
    """A new criterion at the end; applications that are being reviewed need it from now on."""
    begin(db)
    _check(criterion)
    criterion.kind, criterion.code, criterion.by = kind, f"c{uuid4().hex[:8]}", by.name
    criterion.position = 1 + max((one.position for one in active(db, kind)), default=0)
    db.add(criterion)
    db.flush()  # the trail names it by its number
    audit.record(db, by, "criterion.added", criterion, after=_said(criterion))
    return criterion


def change(
    db: Session, kind: Kind, code: str, wanted: Criterion, seen: int | None, *, by: Visitor
) -> None:
    """Let a criterion say something else from now on.

    `seen` is the number of the row that was looked at; raises `Conflict` when it is no longer it.
    """
    old = _find(db, kind, code, seen)
    _check(wanted)
    before, after = _said(old), _said(wanted)
    if before == after:
        return
    old.is_active = False
    wanted.kind, wanted.code, wanted.position, wanted.by = kind, code, old.position, by.name
    db.add(wanted)
    db.flush()  # the trail names it by its number
    audit.record(db, by, "criterion.changed", wanted, before=before, after=after)


def retire(db: Session, kind: Kind, code: str, seen: int | None, *, by: Visitor) -> None:
    """Stop scoring a criterion; what was scored stays."""
    old = _find(db, kind, code, seen)
    if code == TOTAL or len(_scored(db, kind)) == 1:
        raise Conflict("The last criterion and the one of the total have to stay.")
    old.is_active = False
    audit.record(db, by, "criterion.retired", old, before=_said(old))


def move(db: Session, kind: Kind, code: str, *, is_up: bool, by: Visitor) -> None:
    """Let a criterion change places with the one before or after it."""
    moved = _find(db, kind, code, None, is_any=True)
    rows = _scored(db, kind)
    place = next((i for i, one in enumerate(rows) if one.code == code), None)
    other = None if place is None else place + (-1 if is_up else 1)
    if place is None or other is None or not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for number, one in enumerate(rows):
        one.position = number
    audit.record(db, by, "criterion.moved", moved, after={"position": other})


def _scored(db: Session, kind: Kind) -> list[Criterion]:
    return [one for one in active(db, kind) if one.code != TOTAL]


def _find(
    db: Session, kind: Kind, code: str, seen: int | None, *, is_any: bool = False
) -> Criterion:
    begin(db)  # also holds the lock that lets one edit after the other
    found = next((one for one in active(db, kind) if one.code == code), None)
    if found is None:
        raise NotFound("There is no such criterion.")
    if seen is not None and found.id != seen and not is_any:
        raise Conflict("Somebody changed this criterion since you opened it. Look at it again.")
    return found


def _check(criterion: Criterion) -> None:
    if not criterion.name.strip():
        raise Invalid("Give it a name.")
    if not 1 <= criterion.weight <= HEAVIEST:
        raise Invalid("A weight goes from 1 to {most}.", most=HEAVIEST)
    if not 0 <= criterion.threshold <= MOST:
        raise Invalid("A threshold goes from 0 to {most}.", most=MOST)


def _said(criterion: Criterion) -> dict[str, object]:
    return {name: getattr(criterion, name) for name in SAID}
