"""Who may do what: every route names a permission or is declared public; a test walks them."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts

from app.core.errors import Forbidden


class Can(StrEnum):
    """Everything that not everybody may do, as `area:thing:act`."""

    ACCEPT_BATCHES = "curation:batch:accept"
    READ_AUDIT = "curation:audit:read"


def declare_public() -> None:
    """Nothing to check: whoever wrote the route decided that everybody may use it."""


Public = Depends(declare_public)
"""`dependencies=[Public]` on a route or router says that everybody may use it."""


class may:  # noqa: N801  reads as a verb where it is used: Depends(may(Can.READ_AUDIT))
    """A dependency that lets those pass who were granted a permission.

    Grants come from whoever signed the visitor in, in `request.state.grants`. Nobody is
    signed in by default, so the default answer is no.
    """

    def __init__(self, permission: Can) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> None:
        if self.permission not in granted(request):
            raise Forbidden("You may not do this.")


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
