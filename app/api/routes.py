"""The addresses under `/api/v1`."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session, col

from app.api.asking import ItemAsked, PageAsked, SearchAsked, SuggestAsked
from app.api.describing import PROBLEMS
from app.api.found import Answer, Suggestions, answer, suggestions
from app.api.shapes import SHAPES, Item, Page, absolute, shape
from app.catalogue import reading
from app.catalogue.addresses import FOLDERS
from app.catalogue.models import MODELS, Record
from app.core.access import Public
from app.core.db import Db
from app.core.errors import NotFound
from app.core.i18n import mark
from app.discovery import finding
from search.engine import Kind

SUMMARIES: Mapping[Kind, tuple[str, str]] = {
    Kind.VENDOR: (mark("All vendors, newest first"), mark("One vendor")),
    Kind.SOLUTION: (mark("All solutions, newest first"), mark("One solution")),
    Kind.CASE: (mark("All cases, newest first"), mark("One case")),
    Kind.INFORMATION: (mark("All information, newest first"), mark("One piece of information")),
    Kind.TRAINING: (mark("All trainings, newest first"), mark("One training")),
}
IDENTIFIER = re.compile(r"[a-z]-[0-9a-z]{10}")


def allow_caching(response: Response) -> None:
    """What is public and the same for everybody may be kept for a minute."""
    response.headers["Cache-Control"] = "max-age=60"
    response.headers["Vary"] = "Accept-Language, Cookie"


router = APIRouter(
    prefix="/api/v1", dependencies=[Public, Depends(allow_caching)], responses=PROBLEMS
)
Key = Annotated[str, Path(max_length=100, description=mark("Permanent identifier or slug."))]


@router.get("/search", summary=mark("Search one kind of listing"), tags=["search"])
def search(request: Request, response: Response, db: Db, asked: SearchAsked) -> Answer:
    found = answer(asked, finding.find(db, asked.query()))
    _turn(request, response, asked.page, found.pages)
    return found


@router.get("/suggest", summary=mark("Suggest names while somebody types"), tags=["search"])
def suggest(db: Db, asked: SuggestAsked) -> Suggestions:
    return suggestions(finding.suggest(db, asked.q.strip(), asked.limit))


def serve(kind: Kind) -> None:
    """Give a kind its two addresses: pages of all that is public, and one thing."""
    folder, item = FOLDERS[kind], SHAPES[kind]

    def items(request: Request, response: Response, db: Db, asked: PageAsked) -> Page[Any]:
        newest = (col(MODELS[kind].published_at).desc(),)
        found = reading.page(db, kind, number=asked.page, size=asked.size, order=newest)
        _turn(request, response, asked.page, found.last)
        shapes = [shape(record) for record in found.items]
        return Page(
            items=shapes, total=found.total, page=asked.page, size=asked.size, pages=found.last
        )

    def one(db: Db, key: Key, _asked: ItemAsked) -> Item:
        return shape(_find(db, kind, key))

    many, single = SUMMARIES[kind]
    router.add_api_route(
        f"/{folder}",
        items,
        response_model=Page[item],  # type: ignore[valid-type]
        name=f"api:{folder}",
        summary=many,
        tags=[folder],
    )
    router.add_api_route(
        f"/{folder}/{{key}}",
        one,
        response_model=item,
        name=f"api:{kind}",
        summary=single,
        tags=[folder],
    )


for each in Kind:
    serve(each)


def _find(db: Session, kind: Kind, key: str) -> Record:
    if not IDENTIFIER.fullmatch(key):
        return reading.find_public(db, kind, key)
    record = reading.find_by_identifier(db, key)
    if record.KIND is not kind:
        raise NotFound("There is no such page.")
    return record


def _turn(request: Request, response: Response, page: int, last: int) -> None:
    """Name the pages before and after in a Link header; `NotFound` beyond the last."""
    if page > last:
        raise NotFound("There is no page {page}; the last one is {last}.", page=page, last=last)
    pages = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    here = request.url.remove_query_params("page")
    links = (
        f'<{absolute(here.path)}?{here.include_query_params(page=n).query}>; rel="{name}"'
        for name, n in pages.items()
        if 1 <= n <= last
    )
    response.headers["Link"] = ", ".join(links)
