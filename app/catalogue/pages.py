"""What the page of any one record shows, whatever its kind."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.catalogue import labels, linked_data, reading
from app.catalogue.addresses import address, permanent_address
from app.catalogue.asking import ask
from app.catalogue.facts import Fact, Origin, facts_of, field_names, linked, origin_of
from app.catalogue.models import Case, Record, Solution
from app.catalogue.stages import Stage
from app.core.settings import get_settings
from app.core.web import render

SIMILAR = 5
Beside = Callable[[Session, Record], dict[str, Any]]
_beside: list[Beside] = []


def beside(found: Beside) -> Beside:
    """Marks a function that finds more for a listing's page in a part that builds on this one."""
    _beside.append(found)
    return found


def show(
    request: Request, db: Session, record: Record, slug: str, template: str, **context: Any
) -> Response:
    """The page of a record, or the way to where it moved when it was merged."""
    if record.slug != slug:
        return RedirectResponse(address(record), HTTPStatus.MOVED_PERMANENTLY)
    home = get_settings().public_url.rstrip("/")
    facts = facts_of(record)
    return render(
        request,
        template,
        record=record,
        facts=facts,
        origins=_origins(record, facts),
        history=reading.revisions(db, record),
        source=linked(record.source),
        origin_of=origin_of,
        field_names=field_names,
        linked=linked,
        canonical=home + address(record),
        permanent=home + permanent_address(record.identifier),
        about=linked_data.of(record, home),
        labels=labels,
        address=address,
        **{name: found for look in _beside for name, found in look(db, record).items()},
        **context,
    )


def gone(request: Request, record: Record) -> Response:
    """At the address of a listing that left the pool: since when, why, and where to go on."""
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    is_public = vendor is not None and vendor.stage == Stage.PUBLISHED
    response = render(
        request,
        "catalogue/gone.html",
        status=reading.Left(record).status,
        record=record,
        vendor=vendor if is_public else None,
        reason=labels.leaving_label(record.left_code),
        address=address,
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _origins(record: Record, facts: Sequence[Fact]) -> list[Origin]:
    """Where what the page says came from, each place once; facts refer to it by its number."""
    summary = origin_of(record, "summary") if record.summary else None
    source = origin_of(record, "source") if record.source else None
    each = (summary, *(fact.origin for fact in facts), source)
    return list(dict.fromkeys(origin for origin in each if origin))


def similar(db: Session, record: Record) -> list[Record] | None:
    """Public records of the same kind that say similar things; None while nobody can tell."""
    hits = ask(
        lambda searcher: searcher.similar(record.identifier, (record.KIND,), SIMILAR), lambda: None
    )
    if hits is None:
        return None
    found = reading.by_identifiers(db, [hit.id for hit in hits])
    return [found[hit.id] for hit in hits if hit.id in found]
