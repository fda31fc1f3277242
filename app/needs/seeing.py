"""Who sees a need, and who sees whose it is: the one rule for lists, pages, counts and mail.

What somebody may not see looks as if it were not there (`NotFound`).
"""

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import col, select

from app.accounts.visitor import Visitor
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Vendor
from app.catalogue.stages import Stage
from app.core.access import Can
from app.core.db import now
from app.core.errors import NotFound
from app.matching.models import Match
from app.needs.models import Confidentiality, Need, NeedStage

SHOWN = frozenset({NeedStage.PUBLISHED, NeedStage.CLOSED, NeedStage.SETTLED})
"""Stages in which others than its authors may see a need; its page says how it stands."""

TO_ALL = frozenset({Confidentiality.PUBLIC, Confidentiality.HIDDEN})


def visible(visitor: Visitor | None) -> ColumnElement[bool]:
    """The needs that somebody may read: those shown to them, and all of their organisation."""
    shown = col(Need.stage).in_(SHOWN)
    to_all = col(Need.confidentiality).in_(TO_ALL)
    if visitor is None:
        return and_(shown, to_all)
    to_them = or_(to_all, _of_their_region(visitor), _matched(visitor))
    return or_(_own(visitor), and_(shown, to_them))


def is_open() -> ColumnElement[bool]:
    """The needs that vendors may still answer, to the second."""
    in_time = or_(col(Need.closes_at).is_(None), col(Need.closes_at) > now())
    return and_(col(Need.stage) == NeedStage.PUBLISHED, in_time)


def is_own(need: Need, visitor: Visitor | None) -> bool:
    """Whether somebody acts for the organisation that the need is of."""
    if visitor is None or not visitor.may(Can.READ_MARKET):
        return False
    return need.organisation_id == visitor.organisation_id


def shows_identity(need: Need, visitor: Visitor | None) -> bool:
    """Whether somebody who sees a need may also know whose it is.

    Where they may not, nothing shows the organisation, whoever wrote it, or a place smaller
    than the city.
    """
    if need.confidentiality != Confidentiality.HIDDEN or is_own(need, visitor):
        return True
    return visitor is not None and visitor.may(Can.READ_DESK) and visitor.scope.covers(need.region)


def shown_region(need: Need, visitor: Visitor | None) -> str | None:
    """The place of a need as somebody may know it: no more than the city where it is hidden."""
    if need.region is None or shows_identity(need, visitor):
        return need.region
    return get_vocabulary().city_of(need.region)


def check_own(need: Need, visitor: Visitor) -> None:
    """Raises `NotFound` for a need of another organisation."""
    if not is_own(need, visitor):
        raise NotFound("There is no such need.")


def _own(visitor: Visitor) -> ColumnElement[bool]:
    if visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return false()
    return col(Need.organisation_id) == visitor.organisation_id


def _of_their_region(visitor: Visitor) -> ColumnElement[bool]:
    if not visitor.may(Can.READ_DESK):
        return false()
    return visitor.scope.inside(Need.region)


def _matched(visitor: Visitor) -> ColumnElement[bool]:
    """That it was matched, by its newest run, with a vendor in the pool that they act for."""
    if visitor.organisation_id is None or not visitor.may(Can.READ_MARKET):
        return false()
    matched = (
        select(Match.id)
        .join(Vendor, col(Vendor.id) == col(Match.vendor_id))
        .where(col(Match.need_id) == col(Need.id), col(Match.is_current))
        .where(col(Vendor.organisation_id) == visitor.organisation_id)
        .where(col(Vendor.stage) == Stage.PUBLISHED)
    )
    return exists(matched.correlate(Need))
