"""Deny by default: routes say who may use them, and nobody may do more than everybody."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.core.access import Can, Public, may, undeclared
from app.core.errors import Forbidden


def nothing() -> str:
    return "done"


def an_app() -> FastAPI:
    app, public = FastAPI(), APIRouter(prefix="/public", dependencies=[Public])
    public.add_api_route("/a", nothing)
    app.include_router(public)
    guarded = [Depends(may(Can.READ_AUDIT))]
    app.add_api_route("/audit", nothing, dependencies=guarded)
    app.mount("/static", StaticFiles(check_dir=False), name="static")
    return app


def test_declared_routes_are_found_through_every_router() -> None:
    assert undeclared(an_app()) == []


def test_a_route_that_declares_nothing_is_named() -> None:
    app, forgotten = an_app(), APIRouter(prefix="/forgotten")
    forgotten.add_api_route("/a", nothing, methods=["POST"])
    app.include_router(forgotten)
    app.add_api_route("/b", nothing)
    assert undeclared(app) == ["POST /forgotten/a", "GET /b"]


def test_a_permission_hidden_in_a_dependency_of_a_dependency_counts() -> None:
    def auditor(_: Annotated[None, Depends(may(Can.READ_AUDIT))]) -> str:
        return "somebody"

    app = FastAPI()

    @app.get("/audit")
    def audit(by: Annotated[str, Depends(auditor)]) -> str:
        return by

    assert undeclared(app) == []


def test_nobody_may_do_what_was_not_granted() -> None:
    app = an_app()

    @app.middleware("http")
    async def sign_in(request: Any, call_next: Any) -> Response:
        if "staff" in request.headers:
            request.state.grants = {Can.READ_AUDIT}
        answer: Response = await call_next(request)
        return answer

    with TestClient(app) as client:
        assert client.get("/public/a").status_code == 200
        assert client.get("/audit", headers={"staff": "yes"}).status_code == 200
        with pytest.raises(Forbidden):
            client.get("/audit")
