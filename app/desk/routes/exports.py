"""Lists as CSV and XLSX: whoever may see a list may take it out; each declares what it needs."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.accounts.visitor import Staff
from app.core.db import Db
from app.core.sheets import Format
from app.core.web import render
from app.desk import (  # noqa: F401  the tables declare themselves
    exporting,
    tables,
    tables_of_market,
    tables_of_oversight,
    tables_of_people,
    tables_of_trainings,
)

router = APIRouter(include_in_schema=False)


@router.get("/desk/exports", name="desk:exports")
def lists(request: Request, visitor: Staff) -> Response:
    found = exporting.tables_for(visitor)
    return render(request, "desk/exports.html", tables=found, most=exporting.MOST)


@router.post("/desk/exports/{name}", name="desk:export")
def export(
    db: Db,
    visitor: Staff,
    name: str,
    form: Annotated[Format, Form(alias="format")] = Format.CSV,
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    table = exporting.find_for(visitor, name)
    file = exporting.export(db, table, form, exporting.filters_of(query), by=visitor)
    named = f'attachment; filename="{file.name}"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.type, headers=headers)
