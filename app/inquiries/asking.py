"""Whom somebody wants to ask and about what, from the address of the form."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app.accounts.visitor import Visitor
from app.catalogue import reading as catalogue
from app.catalogue.models import Record, Solution, Vendor
from app.catalogue.stages import Stage
from app.core.errors import NotFound
from app.inquiries.models import ENDED, Inquiry
from app.matching.models import Match
from app.needs import reading as needs
from app.needs.models import Confidentiality, Need
from app.shortlists.models import Shortlist, ShortlistItem


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address names: permanent identifiers of listings and needs, ids of the others."""

    solution: str = ""
    vendor: str = ""
    need: str = ""
    match: str = ""
    shortlist: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Whom somebody asks, about what, and where they come from."""

    vendor: Vendor
    solution: Solution | None = None
    need: Need | None = None
    match_id: UUID | None = None
    shortlist_id: UUID | None = None

    @property
    def hides_asker(self) -> bool:
        """Whether the vendor is not to know who asks: the need does not say whose it is."""
        return self.need is not None and self.need.confidentiality == Confidentiality.HIDDEN

    @property
    def subject(self) -> str:
        """What the thread is called on both sides."""
        named = self.need.title if self.need else ""
        return named or (self.solution.name if self.solution else self.vendor.name)


def find(db: Session, visitor: Visitor, wish: Wish) -> About:
    """Whom and what a wish means; raises `NotFound` for what is not public or not one's own."""
    match, need = _match(db, visitor, wish.match) if wish.match else (None, None)
    shortlist = _shortlist(db, visitor, wish.shortlist) if wish.shortlist else None
    if wish.need and need is None:
        need = needs.find_own(db, visitor, wish.need)
    listing = _listing(db, wish, match)
    vendor = listing.vendor if isinstance(listing, Solution) else listing
    if not isinstance(vendor, Vendor) or vendor.stage != Stage.PUBLISHED:
        raise NotFound("There is no such vendor in the pool.")
    if shortlist and need is None:
        match, need = _put_aside_for(db, visitor, shortlist, listing.id)
    return About(
        vendor=vendor,
        solution=listing if isinstance(listing, Solution) else None,
        need=need,
        match_id=match.id if match else None,
        shortlist_id=shortlist.id if shortlist else None,
    )


def open_one(db: Session, visitor: Visitor, about: About) -> Inquiry | None:
    """The open thread of the organisation with this vendor, in which one rather goes on.

    A thread whose asker is hidden stands alone, one for each need: to go on in another one would
    tell who they are.
    """
    chosen = select(Inquiry).where(
        Inquiry.organisation_id == visitor.organisation_id,
        Inquiry.vendor_id == about.vendor.id,
        col(Inquiry.stage).not_in(ENDED),
        col(Inquiry.hides_asker).is_(about.hides_asker),
    )
    if about.hides_asker and about.need:
        chosen = chosen.where(Inquiry.need_id == about.need.id)
    return db.exec(chosen.order_by(col(Inquiry.created_at))).first()


def _listing(db: Session, wish: Wish, match: Match | None) -> Record:
    """The public listing that is asked about: the match's, or the one that is named."""
    if match is None:
        return catalogue.find_by_identifier(db, wish.solution or wish.vendor)
    solution = db.get(Solution, match.solution_id)
    return catalogue.find_by_identifier(db, solution.identifier if solution else "")


def _match(db: Session, visitor: Visitor, match: str) -> tuple[Match, Need]:
    chosen = (
        select(Match, Need)
        .join(Need, col(Need.id) == col(Match.need_id))
        .where(Match.id == _id(match), Need.organisation_id == visitor.organisation_id)
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such match.")
    return found[0], found[1]


def _put_aside_for(
    db: Session, visitor: Visitor, shortlist: Shortlist, record_id: UUID
) -> tuple[Match | None, Need | None]:
    """What a listing stands on a list for: the match that it was seen in, else the list's need.

    So who asks from a list stays hidden where their need hides them.
    """
    item = select(ShortlistItem.match_id).where(
        ShortlistItem.shortlist_id == shortlist.id, ShortlistItem.record_id == record_id
    )
    match_id = db.exec(item).first()
    match = db.get(Match, match_id) if match_id else None
    need_id = match.need_id if match else shortlist.need_id
    need = db.get(Need, need_id) if need_id else None
    is_own = need is not None and need.organisation_id == visitor.organisation_id
    return (match, need) if is_own else (None, None)


def _shortlist(db: Session, visitor: Visitor, shortlist: str) -> Shortlist:
    chosen = select(Shortlist).where(
        Shortlist.id == _id(shortlist),
        Shortlist.organisation_id == visitor.organisation_id,
        or_(Shortlist.owner_id == visitor.person_id, col(Shortlist.is_shared)),
    )
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such shortlist.")
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such page.") from None
