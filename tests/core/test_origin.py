"""What another site makes a browser send is refused."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from app.core.origin import SameOriginMiddleware


@pytest.fixture
def site() -> TestClient:
    app = FastAPI()
    app.add_middleware(SameOriginMiddleware, "https://pool.example", ("/webhooks/",))
    for path in ("/act", "/webhooks/pay"):
        app.add_api_route(path, lambda: PlainTextResponse("done"), methods=["GET", "POST"])
    return TestClient(app)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # no browser
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),  # typed, or a bookmark
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://pool.example"}, 200),  # behind a proxy
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_this_site_may_change_something(
    site: TestClient, headers: dict[str, str], status: int
) -> None:
    assert site.post("/act", headers=headers).status_code == status


def test_reading_and_what_proves_itself_otherwise_may_come_from_anywhere(site: TestClient) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert site.get("/act", headers=elsewhere).status_code == 200
    assert site.post("/webhooks/pay", headers=elsewhere).status_code == 200
