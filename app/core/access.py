"""Who may do what: every route names a permission or is declared public; a test walks them."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts

from app.core.errors import Elsewhere, Forbidden

SIGN_IN = "/sign-in"
SIGN_IN_AGAIN = "/sign-in/again"
SECOND_FACTOR = "/account/second-factor"


class Can(StrEnum):
    """Everything that not everybody may do, as `area:thing:act`."""

    # anybody who is signed in, the first even before the second factor
    PROVE_SELF = "account:own:prove"
    USE_ACCOUNT = "account:own:use"
    # members of an organisation, for the one that they act for
    READ_WORKSPACE = "workspace:listing:read"
    EDIT_LISTINGS = "workspace:listing:edit"
    MANAGE_MEMBERS = "workspace:member:manage"
    CERTIFY_SELF = "workspace:certification:edit"
    READ_MARKET = "market:own:read"  # needs, matches, shortlists and inquiries of the organisation
    WRITE_NEEDS = "needs:need:write"
    KEEP_SHORTLISTS = "shortlists:shortlist:write"
    TALK = "inquiries:inquiry:write"  # ask, answer, take steps
    BOOK_SEATS = "bookings:order:write"  # for the organisation; for themselves everybody may
    OFFER_TRAININGS = "trainings:sitting:manage"  # sittings, codes, attendance of the organisation
    # staff, inside their region
    READ_DESK = "desk:application:read"
    RECOMMEND = "desk:application:recommend"
    REVIEW = "desk:application:review"
    PUBLISH = "desk:application:publish"
    ACCEPT_BATCHES = "curation:batch:accept"
    DECIDE_MERGES = "curation:merge:decide"
    DECIDE_CLAIMS = "desk:claim:decide"
    CERTIFY = "desk:certification:decide"
    EDIT_CRITERIA = "desk:criterion:edit"
    ASSESS = "desk:assessment:write"
    WHITELIST = "desk:whitelist:decide"
    REMOVE = "desk:listing:remove"  # also quarantine
    DRAW_SPOTCHECK = "desk:draw:make"
    INSPECT = "desk:spotcheck:report"
    DECIDE_APPEALS = "desk:appeal:decide"
    OVERSEE_MATCHES = "desk:match:read"  # quality and exposure figures
    OVERSEE_INQUIRIES = "desk:inquiry:follow"  # waiting, overdue and escalated ones
    DECIDE_REPORTS = "desk:report:decide"  # reported threads and flagged ratings
    OVERSEE_TRAININGS = "desk:training:read"  # sittings, seats and figures
    APPROVE_SEATS = "desk:seat:approve"  # subsidised ones
    REVOKE_CERTIFICATES = "desk:certificate:revoke"
    REFUND = "desk:refund:ask"  # beyond the published terms
    APPROVE_REFUNDS = "desk:refund:approve"  # large ones, asked by others
    READ_AUDIT = "curation:audit:read"
    MANAGE_STAFF = "desk:staff:manage"


def declare_public() -> None:
    """Nothing to check: whoever wrote the route decided that everybody may use it."""


Public = Depends(declare_public)
"""`dependencies=[Public]` on a route or router says that everybody may use it."""


class may:  # noqa: N801  reads as a verb where it is used: Depends(may(Can.READ_AUDIT))
    """A dependency that lets those pass who were granted a permission, and returns who asks.

    Grants come from whoever signed the visitor in, in `request.state.grants`. Nobody is
    signed in by default, so the default answer is no: who is not signed in is sent to do so,
    and so is who lacks a second factor that their role obliges them to (`request.state.lacks`).
    `fresh` also asks for the password again where it was given too long ago.
    """

    def __init__(self, permission: Can, *, fresh: bool = False) -> None:
        self.permission = permission
        self.fresh = fresh

    def __call__(self, request: Request) -> Any:
        state = request.state
        visitor = getattr(state, "visitor", None)
        if self.permission not in granted(request):
            lacks = getattr(state, "lacks", None)
            if lacks:
                raise Elsewhere("Set up your second factor first.", str(lacks))
            if visitor is None and hasattr(state, "visitor"):
                raise Elsewhere("Sign in first.", SIGN_IN)
            raise Forbidden("You may not do this.")
        if self.fresh and not getattr(visitor, "is_fresh", False):
            raise Elsewhere("Say your password again first.", SIGN_IN_AGAIN)
        return visitor


def granted(request: Request) -> frozenset[Can]:
    """What this visitor may do beyond what everybody may."""
    return frozenset(getattr(request.state, "grants", ()))


def undeclared(app: FastAPI) -> list[str]:
    """The routes that neither name a permission nor are declared public; must be empty."""
    return [
        f"{', '.join(sorted(found.methods or ()))} {found.path}"
        for found in iter_route_contexts(app.routes)
        if isinstance(found.original_route, APIRoute)
        and not any(_decides(call) for call in _calls(found.dependant.dependencies))
    ]


def _calls(dependencies: Iterable[Any]) -> Iterator[Any]:
    for dependency in dependencies:
        yield dependency.call
        yield from _calls(dependency.dependencies)


def _decides(call: Any) -> bool:
    return call is declare_public or isinstance(call, may)
