"""Ratings that the staff should look at: one far from all others, or a ring of raters.

The rules are simple enough to be told to whom they concern; they flag, and people decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Membership, Person
from app.catalogue.models import Organisation, Vendor
from app.core.i18n import mark
from app.core.outbox import job
from app.inquiries.models import Rating

FAR = 2  # stars
OTHERS = 3  # ratings
TOGETHER, WITHIN = 3, timedelta(days=7)
FLAGS: Mapping[str, str] = {
    "outlier": mark("Two stars or more from the middle of the vendor's other ratings"),
    "mutual": mark("The vendor rated this organisation too"),
    "people": mark("Somebody belongs to both sides"),
    "domain": mark("Both sides use the same website or e-mail domain"),
    "newcomers": mark("Three or more raters came to the pool within the same seven days"),
}
PUBLIC_MAIL = frozenset(
    {
        "qq.com",
        "foxmail.com",
        "163.com",
        "126.com",
        "yeah.net",
        "139.com",
        "189.cn",
        "wo.cn",
        "sina.com",
        "sina.cn",
        "sohu.com",
        "aliyun.com",
        "21cn.com",
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "yahoo.com",
        "example.com",  # nobody's: for examples
    }
)
"""Domains at which anybody has an address: to share one says nothing."""


@job("inquiries.look_at_ratings")
def look_again(db: Session, payloads: list[dict[str, Any]]) -> None:
    """A vendor was rated: look at all its ratings that staff have not decided about."""
    look(db, UUID(payloads[0]["vendor_id"]))


def look(db: Session, vendor_id: UUID) -> None:
    """Flag a vendor's ratings; what staff have decided about keeps its flags."""
    vendor = db.get_one(Vendor, vendor_id)
    chosen = select(Rating).where(Rating.vendor_id == vendor_id).order_by(col(Rating.at))
    held = chosen.with_for_update().execution_options(populate_existing=True)
    ratings = db.exec(held).all()
    raters = {rating.organisation_id for rating in ratings}
    found: dict[str, set[UUID]] = {
        "mutual": _mutual(db, vendor.organisation_id, raters),
        "people": _people(db, vendor.organisation_id, raters),
        "domain": _domain(db, vendor.organisation_id, raters),
        "newcomers": _newcomers(db, raters),
    }
    far = _outliers(ratings)
    for rating in ratings:
        if rating.decided_at is None:
            flags = [name for name, who in found.items() if rating.organisation_id in who]
            rating.flags = (["outlier"] if rating.inquiry_id in far else []) + flags
            rating.is_flagged = bool(rating.flags)


def _outliers(ratings: Sequence[Rating]) -> set[UUID]:
    """Those far from the middle of at least three others that are not hidden."""
    far = set()
    for one in ratings:
        others = [r.stars for r in ratings if r is not one and not r.is_hidden]
        if len(others) >= OTHERS and abs(one.stars - median(others)) >= FAR:
            far.add(one.inquiry_id)
    return far


def _mutual(db: Session, own: UUID, raters: set[UUID]) -> set[UUID]:
    """Raters who are vendors that this vendor's organisation rated."""
    chosen = (
        select(Vendor.organisation_id)
        .join(Rating, col(Rating.vendor_id) == col(Vendor.id))
        .where(Rating.organisation_id == own, col(Vendor.organisation_id).in_(raters))
    )
    return set(db.exec(chosen))


def _people(db: Session, own: UUID, raters: set[UUID]) -> set[UUID]:
    """Raters to whom somebody belongs who belongs to the vendor as well."""
    ours = select(Membership.person_id).where(Membership.organisation_id == own)
    chosen = select(Membership.organisation_id).where(
        col(Membership.organisation_id).in_(raters), col(Membership.person_id).in_(ours)
    )
    return set(db.exec(chosen))


def _domain(db: Session, own: UUID, raters: set[UUID]) -> set[UUID]:
    """Raters with a domain of the vendor's: of a website or of somebody's address."""
    domains: dict[UUID, set[str]] = {one: set() for one in {own, *raters}}
    sites = select(Organisation.id, Organisation.website)
    for id_, website in db.exec(sites.where(col(Organisation.id).in_(domains))):
        domains[id_].add(_host(website or ""))
    mails = (
        select(Membership.organisation_id, Person.email)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organisation_id).in_(domains))
    )
    for id_, email in db.exec(mails):
        domains[id_].add(email.rpartition("@")[2])
    ours = domains[own] - PUBLIC_MAIL - {""}
    return {one for one in raters if domains[one] & ours}


def _host(website: str) -> str:
    address = website if "//" in website else f"//{website}"
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # a listing may say anything
        return ""


def _newcomers(db: Session, raters: Iterable[UUID]) -> set[UUID]:
    """Raters of whom at least three came to the pool within seven days."""
    chosen = select(Organisation.created_at, Organisation.id)
    came = sorted(db.exec(chosen.where(col(Organisation.id).in_(list(raters)))), key=lambda r: r[0])
    found: set[UUID] = set()
    for first in range(len(came)):
        group = [id_ for at, id_ in came[first:] if at - came[first][0] <= WITHIN]
        if len(group) >= TOGETHER:
            found.update(group)
    return found
