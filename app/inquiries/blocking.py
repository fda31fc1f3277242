"""Blocking: an organisation wants to hear no more from another. The other is told neutrally.

Who is blocked while it hides stays hidden: such a block reaches only what it asks hidden, and
the list of blocks calls it what the thread does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import audit
from app.core.errors import Forbidden, NotFound
from app.core.i18n import mark
from app.inquiries import naming
from app.inquiries.models import Block, Inquiry, Side
from app.inquiries.seeing import OTHER, shows_asker
from app.needs.models import Need


class Blocked(Forbidden):
    """The other side takes nothing from this organisation; it is not said why or since when."""

    def __init__(self) -> None:
        said = mark("The other side takes no messages from your organisation at present.")
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Listed:
    """A block as the organisation sees it that made it."""

    block: Block
    name: str
    inquiry: str  # identifier


def block(db: Session, inquiry: Inquiry, side: Side, *, by: Visitor) -> Block:
    """Take nothing more from the other side of a thread; doing it twice changes nothing."""
    own, other = _sides(inquiry, side)
    if existing := of_thread(db, inquiry, side):
        return existing
    made = Block(
        organisation_id=own,
        blocked_id=other,
        inquiry_id=inquiry.id,
        is_of_hidden=not shows_asker(inquiry, side),
        by=by.person_id,
    )
    db.add(made)
    audit.record(db, by, "inquiry.blocked", inquiry)
    return made


def end(db: Session, block_id: int, *, by: Visitor) -> None:
    """Hear again from whom a block of one's own organisation is about."""
    chosen = select(Block).where(Block.id == block_id, Block.organisation_id == by.organisation_id)
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such block.")
    audit.record(db, by, "inquiry.unblocked", f"inquiry:{found.inquiry_id}")
    db.delete(found)


def of_thread(db: Session, inquiry: Inquiry, side: Side) -> Block | None:
    """The block by which a side stands, as far as this thread may tell: made here, or by name."""
    own, other = _sides(inquiry, side)
    here = col(Block.inquiry_id) == inquiry.id
    by_name = col(Block.is_of_hidden).is_(False) & (col(Block.blocked_id) == other)
    reaches = or_(here, by_name) if shows_asker(inquiry, side) else here
    return db.exec(select(Block).where(Block.organisation_id == own, reaches)).first()


def listed(db: Session, visitor: Visitor) -> list[Listed]:
    """Whom the visitor's organisation has blocked, newest first."""
    chosen = (
        select(Block, Inquiry, Organisation, Need)
        .select_from(Block)
        .join(Inquiry, col(Inquiry.id) == col(Block.inquiry_id))
        .join(Organisation, col(Organisation.id) == col(Block.blocked_id))
        .outerjoin(Need, col(Need.id) == col(Inquiry.need_id))
        .where(Block.organisation_id == visitor.organisation_id)
        .order_by(col(Block.at).desc(), col(Block.id).desc())
    )
    return [
        Listed(
            one, naming.hidden_name(need) if one.is_of_hidden else other.name, inquiry.identifier
        )
        for one, inquiry, other, need in db.exec(chosen)
    ]


def check(db: Session, sender: UUID, receiver: UUID, *, hides_sender: bool) -> None:
    """Raises `Blocked` where the receiver takes nothing from the sender."""
    made: Sequence[Block] = db.exec(
        select(Block).where(Block.organisation_id == receiver, Block.blocked_id == sender)
    ).all()
    if any(hides_sender or not one.is_of_hidden for one in made):
        raise Blocked


def check_in_thread(db: Session, sender: UUID, inquiry: Inquiry) -> None:
    """The same for a message in a thread; one that was blocked while hidden stays so in it."""
    is_asker = sender == inquiry.organisation_id
    receiver = inquiry.vendor_organisation_id if is_asker else inquiry.organisation_id
    hides = is_asker and not shows_asker(inquiry, Side.VENDOR)
    check(db, sender, receiver, hides_sender=hides)
    here = select(Block.id).where(Block.inquiry_id == inquiry.id, Block.organisation_id == receiver)
    if db.exec(here).first():
        raise Blocked


def _sides(inquiry: Inquiry, side: Side) -> tuple[UUID, UUID]:
    """The organisation of a side, and of the other."""
    of = {Side.ASKER: inquiry.organisation_id, Side.VENDOR: inquiry.vendor_organisation_id}
    return of[side], of[OTHER[side]]
