"""What the organisers' pages have in common."""

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from app.bookings import wording
from app.bookings.planning import FIELDS, LABELS
from app.catalogue import labels
from app.catalogue.addresses import address
from app.core.i18n import _
from app.core.web import render
from app.curation.applications import forms, standing


def show(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page of the workspace about trainings; nothing of it is kept by what lies between."""
    response = render(
        request,
        f"trainings/{template}",
        None,
        status,
        labels=labels,
        address=address,
        standing=standing,
        forms=forms,
        told=wording,
        **context,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def sections() -> list[tuple[str, list[Any]]]:
    """The fields of a sitting under the headings of the form."""
    grouped: dict[str, list[Any]] = {}
    for field in FIELDS:
        grouped.setdefault(field.section, []).append(field)
    return list(grouped.items())


def field_labels() -> dict[str, str]:
    """What each field is called, for the summary of what is wrong."""
    return {name: _(label) for name, label in LABELS.items()}
