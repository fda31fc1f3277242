"""The OpenAPI document and a page of it that people can read, without any outside script."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.api import describing
from app.api.shapes import absolute
from app.core.access import Public
from app.core.web import render

router = APIRouter(prefix="/api/v1", dependencies=[Public], include_in_schema=False)


@router.get("/openapi.json", name="api:openapi")
def openapi(request: Request) -> Response:
    return JSONResponse(describing.document(request.app), headers={"Cache-Control": "max-age=3600"})


@router.get("/docs", name="api:guide")
def guide(request: Request) -> Response:
    document = describing.document(request.app)
    return render(
        request,
        "about/api.html",
        operations=describing.operations(document),
        shapes=describing.shapes(document),
        about=describing.ABOUT,
        failures=describing.FAILURES,
        home=absolute(""),
    )
