"""Spot checks for everybody: draws with their seed and inputs, and what was found."""

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.catalogue.addresses import address
from app.core.access import Public
from app.core.db import Db
from app.core.settings import get_settings
from app.core.web import render
from app.curation.oversight import checklist, checks, draws, wording
from app.curation.oversight.draw_file import published

router = APIRouter(prefix="/spot-checks", dependencies=[Public], include_in_schema=False)

MOST_PAGE = 10_000
MOST_NAMED = 500  # vendors of a list on its page; the file names all


@router.get("", name="oversight:spotchecks")
def listing(request: Request, db: Db, page: int = 1) -> Response:
    found = draws.page(db, max(1, min(page, MOST_PAGE)))
    return render(request, "oversight/spotchecks.html", "results", page=found, **_words())


@router.get("/findings", name="oversight:findings")
def findings(request: Request, db: Db, page: int = 1) -> Response:
    found = checks.published(db, max(1, min(page, MOST_PAGE)))
    return render(request, "oversight/spotchecks_findings.html", "results", page=found, **_words())


@router.get("/checks/{check_id}", name="oversight:spotcheck")
def check(request: Request, db: Db, check_id: UUID) -> Response:
    row = checks.find_published(db, check_id)
    areas = checklist.counts(row.check.checklist)
    return render(request, "oversight/spotcheck.html", row=row, areas=areas, **_words())


@router.get("/{draw_id}.json", name="oversight:draw:file")
def file(db: Db, draw_id: UUID) -> Response:
    """All that anybody needs to repeat the draw."""
    draw = draws.find_public(db, draw_id)
    text = json.dumps(published(draw, _address(draw_id)), ensure_ascii=False, indent=1)
    disposition = f'attachment; filename="spot-check-{draw_id}.json"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-cache"}
    return Response(text + "\n", media_type="application/json", headers=headers)


@router.get("/{draw_id}", name="oversight:draw")
def draw(request: Request, db: Db, draw_id: UUID) -> Response:
    found = draws.find_public(db, draw_id)
    return render(
        request,
        "oversight/draw.html",
        draw=found,
        vendors=draws.vendors_of(found),
        strata=draws.strata_of(found),
        most=MOST_NAMED,
        rows=checks.of_draw(db, found),
        canonical=_address(draw_id),
        **_words(),
    )


def _address(draw_id: UUID) -> str:
    return f"{get_settings().public_url.rstrip('/')}/spot-checks/{draw_id}"


def _words() -> dict[str, Any]:
    """What pages about spot checks need to name things."""
    return {"address": address, "checklist": checklist, "wording": wording}
