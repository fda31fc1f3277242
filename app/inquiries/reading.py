"""Named queries of threads: the list of one's own, a thread with all it shows, what is unread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, true
from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation, Solution, Vendor
from app.catalogue.reading import Page
from app.catalogue.stages import Stage
from app.core.i18n import _
from app.inquiries import events, naming
from app.inquiries.models import (
    ENDED,
    Inquiry,
    InquiryReading,
    InquiryStage,
    InquiryStep,
    Message,
    Side,
)
from app.inquiries.seeing import mine, own_side, side_of
from app.needs.models import Need

SIZE = 20
MOST_LINES = 500  # the newest of a thread


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of threads is narrowed to; empty means everything."""

    state: str = ""  # open, ended
    side: str = ""
    stage: str = ""
    unread: bool = False

    @property
    def active(self) -> int:
        return sum(map(bool, (self.state, self.side, self.stage, self.unread)))


@dataclass(frozen=True, slots=True)
class Row:
    """One thread in the list: with whom, as its reader may know them, and whether it has news."""

    inquiry: Inquiry
    side: Side
    other: str
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a thread as one side reads it: a message, or an event as a sentence."""

    number: int
    message: Message
    who: str
    is_own: bool
    event: str = ""
    why: str = ""
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """All that the page of a thread shows one side."""

    inquiry: Inquiry
    side: Side
    asker: str
    vendor: Vendor
    solution: Solution | None
    need: Need | None
    lines: Sequence[Line]
    steps: Sequence[tuple[InquiryStep, str]]
    released_by: str = ""

    @property
    def last(self) -> int:
        return self.lines[-1].number if self.lines else 0

    @property
    def other(self) -> str:
        return self.vendor.name if self.side is Side.ASKER else self.asker


@dataclass(frozen=True, slots=True)
class Sides:
    """What speakers are called by one side: own people by name, the others as a whole."""

    side: Side
    names: Mapping[Side, str]
    people: Mapping[UUID, str] = field(default_factory=dict)

    def who(self, side: Side, by: UUID | None) -> str:
        """Whoever said or did something."""
        if side is self.side and by:
            return self.people.get(by, self.names[side])
        return self.names[side]


def page(db: Session, visitor: Visitor, asked: Asked, *, number: int) -> Page:
    """The threads of the organisation that somebody acts for, the one with news last first."""
    wanted = and_(mine(visitor), *_narrowed(visitor, asked))
    total = db.exec(_joined(select(func.count()).select_from(Inquiry), visitor, wanted)).one()
    columns: Any = (Inquiry, Vendor.name, Organisation, Need, _has_news(visitor))
    chosen = _joined(select(*columns).select_from(Inquiry), visitor, wanted)
    ordered = chosen.order_by(col(Inquiry.updated_at).desc(), col(Inquiry.id))
    rows = db.exec(ordered.offset((number - 1) * SIZE).limit(SIZE)).all()
    return Page([_row(visitor, *row) for row in rows], total, number, SIZE)


def unread(db: Session, visitor: Visitor) -> int:
    """In how many threads of theirs somebody has something unread."""
    wanted = and_(mine(visitor), _has_news(visitor))
    return int(db.exec(_read(select(func.count()).select_from(Inquiry), visitor, wanted)).one())


def thread(db: Session, visitor: Visitor, inquiry: Inquiry) -> Thread:
    """A thread that was found for the visitor, with everything that its page shows."""
    side = side_of(inquiry, visitor)
    asker, vendor, solution, need = _about(db, inquiry)
    sides = _sides(db, inquiry, side, asker, vendor, need)
    steps = db.exec(
        select(InquiryStep)
        .where(InquiryStep.inquiry_id == inquiry.id)
        .order_by(col(InquiryStep.at), col(InquiryStep.id))
    )
    return Thread(
        inquiry=inquiry,
        side=side,
        asker=sides.names[Side.ASKER],
        vendor=vendor,
        solution=solution if solution and solution.stage == Stage.PUBLISHED else None,
        need=need,
        lines=[_line(message, sides) for message in _messages(db, inquiry, 0)],
        steps=[(step, sides.who(Side(step.side), step.by)) for step in steps],
        released_by=sides.who(Side.ASKER, inquiry.contact_released_by),
    )


def lines(db: Session, inquiry: Inquiry, side: Side, *, after: int) -> list[Line]:
    """What is newer than a message, as a side reads it."""
    messages = _messages(db, inquiry, after)
    if not messages:
        return []
    asker, vendor, _solution, need = _about(db, inquiry)
    sides = _sides(db, inquiry, side, asker, vendor, need)
    return [_line(message, sides) for message in messages]


def _narrowed(visitor: Visitor, asked: Asked) -> list[ColumnElement[bool]]:
    has_ended = col(Inquiry.stage).in_(ENDED)
    parts: list[ColumnElement[bool]] = [true()]
    if asked.state:
        parts.append(has_ended if asked.state == "ended" else ~has_ended)
    if asked.side:
        parts.append(own_side(visitor) == asked.side)
    if asked.stage:
        parts.append(col(Inquiry.stage) == asked.stage)
    if asked.unread:
        parts.append(_has_news(visitor))
    return parts


def _has_news(visitor: Visitor) -> ColumnElement[bool]:
    is_asker = own_side(visitor) == Side.ASKER
    news = case((is_asker, col(Inquiry.news_for_asker)), else_=col(Inquiry.news_for_vendor))
    return news > func.coalesce(col(InquiryReading.message_id), 0)


def _read(chosen: Any, visitor: Visitor, wanted: ColumnElement[bool]) -> Any:
    own = and_(
        col(InquiryReading.inquiry_id) == col(Inquiry.id),
        col(InquiryReading.person_id) == visitor.person_id,
    )
    return chosen.outerjoin(InquiryReading, own).where(wanted)


def _joined(chosen: Any, visitor: Visitor, wanted: ColumnElement[bool]) -> Any:
    chosen = chosen.join(Vendor, col(Vendor.id) == col(Inquiry.vendor_id))
    chosen = chosen.join(Organisation, col(Organisation.id) == col(Inquiry.organisation_id))
    chosen = chosen.outerjoin(Need, col(Need.id) == col(Inquiry.need_id))
    return _read(chosen, visitor, wanted)


def _row(
    visitor: Visitor,
    inquiry: Inquiry,
    vendor: str,
    asker: Organisation,
    need: Need | None,
    has_news: bool,  # noqa: FBT001  a column of the row
) -> Row:
    side = side_of(inquiry, visitor)
    is_asker = side is Side.ASKER
    other = vendor if is_asker else naming.asker_name(inquiry, side, asker, need)
    return Row(inquiry, side, other, bool(has_news))


def _about(
    db: Session, inquiry: Inquiry
) -> tuple[Organisation, Vendor, Solution | None, Need | None]:
    chosen = (
        select(Organisation, Vendor, Solution, Need)
        .select_from(Inquiry)
        .join(Organisation, col(Organisation.id) == col(Inquiry.organisation_id))
        .join(Vendor, col(Vendor.id) == col(Inquiry.vendor_id))
        .outerjoin(Solution, col(Solution.id) == col(Inquiry.solution_id))
        .outerjoin(Need, col(Need.id) == col(Inquiry.need_id))
        .where(Inquiry.id == inquiry.id)
    )
    asker, vendor, solution, need = db.exec(chosen).one()
    return asker, vendor, solution, need


def _sides(
    db: Session,
    inquiry: Inquiry,
    side: Side,
    asker: Organisation,
    vendor: Vendor,
    need: Need | None,
) -> Sides:
    names = {
        Side.ASKER: naming.asker_name(inquiry, side, asker, need),
        Side.VENDOR: vendor.name,
        Side.STAFF: _("The staff"),
        Side.POOL: _("The pool"),
    }
    own = select(Message.by).where(Message.inquiry_id == inquiry.id, Message.side == side)
    took = select(InquiryStep.by).where(
        InquiryStep.inquiry_id == inquiry.id, InquiryStep.side == side
    )
    people = select(Person.id, Person.name).where(col(Person.id).in_(own.union(took)))
    return Sides(side, names, dict(db.exec(people).all()))


def _messages(db: Session, inquiry: Inquiry, after: int) -> list[Message]:
    newer = select(Message).where(Message.inquiry_id == inquiry.id, col(Message.id) > after)
    newest = db.exec(newer.order_by(col(Message.id).desc()).limit(MOST_LINES)).all()
    return list(reversed(newest))


def _line(message: Message, sides: Sides) -> Line:
    side = Side(message.side)
    who = sides.who(side, message.by)
    said = message.said
    return Line(
        number=message.id or 0,
        message=message,
        who=who,
        is_own=side is sides.side,
        event=events.sentence(message.event, who, said) if message.event else "",
        why=str(said.get("why", "")),
        file_id=str(said.get("file", "")),
    )


def stage_options() -> list[tuple[str, str]]:
    """Every stage and what it is called, in order."""
    return [(str(stage), events.stage_label(stage)) for stage in InquiryStage]
