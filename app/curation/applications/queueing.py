"""What waits on the desk: the queue by stage, region, kind, age and due date, and its counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, or_, true
from sqlmodel import Session, col, func, select

from app.accounts import claims
from app.accounts.models import Certification, CertificationStage
from app.accounts.scope import Scope
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.core.access import Can
from app.core.db import now
from app.core.formats import today
from app.curation.applications.deciding import ACTS, OF_SHORT, may_act
from app.curation.applications.models import Appeal, AppealStage, Application
from app.curation.models import Batch, MergeCase, MergeState
from app.curation.oversight.models import CheckStage, SpotCheck
from app.curation.places import lists_inside, pairs_inside
from search.engine import Kind

SIZE = 25
OPEN = tuple(ACTS)
SEEN = (*OPEN, Stage.RETURNED, Stage.PUBLISHED, Stage.REFUSED, Stage.WITHDRAWN)
LOCAL = "__00%"  # a region that is a whole province, as a pattern


class Due(StrEnum):
    """How urgent something is."""

    OVERDUE = "overdue"
    WEEK = "week"
    STOPPED = "stopped"  # the vendor has to answer first


AGES = (7, 30, 90)  # days since it was handed in


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the queue; empty means all that is open."""

    stages: tuple[Stage, ...] = ()
    mine: bool = False
    regions: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    due: tuple[Due, ...] = ()
    age: int = 0
    page: int = 1

    @property
    def active(self) -> int:
        """How many filters are set."""
        many = len(self.stages) + len(self.regions) + len(self.kinds) + len(self.due)
        return many + bool(self.age) + self.mine


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    application: Application
    organisation: str
    is_mine: bool

    @property
    def days(self) -> int:
        """How long ago it was handed in."""
        at = self.application.submitted_at
        return (now() - at).days if at else 0

    @property
    def is_overdue(self) -> bool:
        one = self.application
        is_late = one.due_on is not None and one.due_on < today()
        return is_late and one.clock_stopped_at is None and one.stage in OPEN


@dataclass(frozen=True, slots=True)
class Counts:
    """How many applications are open inside a region, by stage, kind, region and urgency."""

    stages: dict[Stage, int] = field(default_factory=dict)
    overdue: dict[Stage, int] = field(default_factory=dict)
    kinds: dict[Kind, int] = field(default_factory=dict)
    regions: dict[str, int] = field(default_factory=dict)
    due: dict[Due, int] = field(default_factory=dict)
    mine: int = 0
    mine_overdue: int = 0


def queue(db: Session, visitor: Visitor, asked: Asked) -> Page:
    """One page of what somebody may see, the most urgent first."""
    wanted = and_(visible(visitor), *_conditions(visitor, asked))
    total = db.exec(select(func.count()).select_from(Application).where(wanted)).one()
    chosen = (
        select(Application, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(wanted)
        .order_by(
            col(Application.clock_stopped_at).is_not(None),
            col(Application.due_on).is_(None),
            col(Application.due_on),
            col(Application.submitted_at),
            col(Application.id),
        )
    )
    found = db.exec(chosen.offset((asked.page - 1) * SIZE).limit(SIZE))
    rows = [Row(one, name, is_mine(visitor, one)) for one, name in found]
    return Page(rows, total, asked.page, SIZE)


def visible(visitor: Visitor) -> ColumnElement[bool]:
    """What was handed in inside somebody's region."""
    return and_(
        visitor.scope.inside(Application.region),
        col(Application.submitted_at).is_not(None),
        col(Application.stage) != Stage.DRAFT,
    )


def mine(visitor: Visitor) -> ColumnElement[bool]:
    """What waits for a step that somebody may take, as `deciding.may_act` has it."""
    region = col(Application.region)
    is_local = and_(region.is_not(None), region.not_like(LOCAL))
    ways: list[ColumnElement[bool]] = [false()]
    is_short = col(Application.kind) == Kind.TRAINING
    if any(visitor.may(one) for one in OF_SHORT):
        ways.append(and_(is_short, col(Application.stage) == Stage.SUBMITTED))
    for stage, needed in ACTS.items():
        if not visitor.may(needed):
            continue
        at_stage = and_(~is_short, col(Application.stage) == stage)
        if visitor.scope.is_province:
            ways.append(and_(at_stage, ~is_local) if stage is Stage.SUBMITTED else at_stage)
        elif stage is Stage.SUBMITTED and visitor.scope.is_local:
            ways.append(and_(at_stage, is_local))
    unproposed = col(Application.proposed_by) != visitor.person_id
    other = func.coalesce(col(Application.recommended_by) != visitor.person_id, true())
    return and_(or_(*ways), unproposed, other, col(Application.clock_stopped_at).is_(None))


def is_mine(visitor: Visitor, one: Application) -> bool:
    """The same for one application."""
    if one.clock_stopped_at or visitor.person_id in (one.proposed_by, one.recommended_by):
        return False
    return may_act(one, visitor)


def _conditions(visitor: Visitor, asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(Application.stage).in_(asked.stages or OPEN)]
    if asked.mine:
        found.append(mine(visitor))
    if asked.kinds:
        found.append(col(Application.kind).in_(asked.kinds))
    if asked.regions:
        found.append(or_(*(Scope(one).inside(Application.region) for one in asked.regions)))
    if asked.due:
        found.append(or_(*(_is_due(one) for one in asked.due)))
    if asked.age:
        found.append(col(Application.submitted_at) <= now() - timedelta(days=asked.age))
    return found


def _is_due(due: Due, day: date | None = None) -> ColumnElement[bool]:
    day = day or today()
    on, stopped = col(Application.due_on), col(Application.clock_stopped_at)
    if due is Due.STOPPED:
        return stopped.is_not(None)
    late = on < day if due is Due.OVERDUE else and_(on >= day, on < day + timedelta(days=7))
    return and_(late, stopped.is_(None), col(Application.stage).in_(OPEN))


def counts(db: Session, visitor: Visitor) -> Counts:
    """Everything that the desk counts of applications, in one pass."""
    late, own = _is_due(Due.OVERDUE), mine(visitor)
    flags = [late, _is_due(Due.WEEK), _is_due(Due.STOPPED), own, and_(own, late)]
    columns: list[Any] = [Application.stage, Application.kind, Application.region]
    numbers: list[Any] = [func.sum(case((flag, 1), else_=0)) for flag in flags]
    counted: list[Any] = [*columns, *numbers, func.count()]
    seen = select(*counted).where(visible(visitor), col(Application.stage).in_(SEEN))
    found = Counts(due=dict.fromkeys(Due, 0))
    mine_all = mine_late = 0
    for stage, kind, region, *n in db.execute(seen.group_by(*columns)):
        _add(found.stages, Stage(stage), n[-1])
        if stage not in OPEN:
            continue
        _add(found.kinds, Kind(kind), n[-1])
        _add(found.regions, _city(region), n[-1])
        _add(found.overdue, Stage(stage), n[0])
        for one, many in zip(Due, n, strict=False):
            _add(found.due, one, many)
        mine_all, mine_late = mine_all + n[3], mine_late + n[4]
    return replace(found, mine=mine_all, mine_overdue=mine_late)


def _add(where: dict[Any, int], key: Any, n: int) -> None:
    where[key] = where.get(key, 0) + n


def _city(region: str | None) -> str:
    return f"{region[:4]}00" if region else ""


def waiting_elsewhere(db: Session, visitor: Visitor) -> dict[Can, int]:
    """What waits in the other areas of the desk that somebody may decide in, in their region."""
    unread = (col(Batch.accepted_at).is_(None), col(Batch.taken_back_at).is_(None))
    asked: dict[Can, Any] = {
        Can.DECIDE_MERGES: _count(
            MergeCase, MergeCase.state == MergeState.WAITING, pairs_inside(visitor.scope)
        ),
        Can.ACCEPT_BATCHES: _count(Batch, *unread, lists_inside(visitor.scope)),
        Can.CERTIFY: _count(
            Certification,
            Certification.stage == CertificationStage.SUBMITTED,
            visitor.scope.inside(Certification.region),
        ),
        Can.DECIDE_CLAIMS: claims.counting_for_staff(visitor),
        Can.DECIDE_APPEALS: _count(
            Appeal, Appeal.stage == AppealStage.WAITING, visitor.scope.inside(Appeal.region)
        ),
        Can.INSPECT: _count(
            SpotCheck,
            SpotCheck.stage == CheckStage.DRAWN,
            SpotCheck.inspector_id == visitor.person_id,
        ),
    }
    return {can: db.exec(chosen).one() for can, chosen in asked.items() if visitor.may(can)}


def _count(model: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(model).where(*conditions)


def regions_of(counted: Counts, asked: Sequence[str]) -> list[str]:
    """The cities that the queue speaks of, the fullest first."""
    named = {code: n for code, n in counted.regions.items() if code}
    return sorted({*named, *asked}, key=lambda code: (-named.get(code, 0), code))
