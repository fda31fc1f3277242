"""Pages and parts, static files, headers, refusals: through HTTP, with templates of our own."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import Response, StreamingResponse

from app.core import static
from app.core.errors import Conflict, NotFound
from app.core.security import MOST_BYTES
from app.core.settings import Settings
from app.core.site import install
from app.core.static import HashedFiles, static_url
from app.core.web import go, render

PAGES = {
    "ui.html": """{% macro card(name) %}<li>{{ name }} {{ language }} {{ here(page=2) }}</li>
      {% endmacro %}""",
    "list.html": """<html lang="{{ language }}"><title>{% trans %}Everything{% endtrans %}</title>
      {% block results %}<ol>{% for n in names %}{{ ui.card(n) }}{% endfor %}</ol>{% endblock %}
      {{ url("list") }} {{ 1234567|number }} {{ 12500000|money }} {{ none|date }}</html>""",
    "named.html": """<title>{% block title %}Page {{ n }}{% endblock %}</title>
      {% block results %}<p>{{ n }}</p>{% endblock %}""",
    "error.html": """<html>{% block message %}<p>{{ code }} {{ message }} {{ request_id }}</p>
      {% endblock %}<form role="search"></form></html>""",
    "words.html": """{{ _("By {who}", who=who) }}|{{ _(who) }}|
      {% trans who=who %}<b>By</b> {{ who }} 100%{% endtrans %}|{{ _("By {who}", who=who|e) }}|
      {% trans n=3 %}{{ n }} case{% pluralize %}{{ n }} cases{% endtrans %}|
      {{ ngettext("{n} case", "{n} cases", 1) }}|{{ here(a=["x", "y"], b=none) }}|{{ here() }}""",
    "broken.html": "{{ nowhere }}",
}


def add_routes(app: FastAPI) -> None:  # noqa: C901  a list of routes, not a decision
    @app.get("/list", name="list")
    def list_names(request: Request) -> Response:
        return render(request, "list.html", "results", names=["<one>", "two"])

    @app.get("/named")
    def named(request: Request) -> Response:
        return render(request, "named.html", "results", n=2)

    @app.post("/list")
    def add(request: Request) -> Response:
        return go(request, "list")

    @app.get("/words")
    def words(request: Request) -> Response:
        return render(request, "words.html", who="<i>")

    @app.get("/broken")
    def broken(request: Request) -> Response:
        return render(request, "broken.html")

    @app.get("/api/items/{number}")
    @app.get("/items/{number}")
    def item(number: int) -> str:
        raise NotFound("There is no {kind} {number}.", kind="item", number=number)

    @app.post("/bytes")
    async def measure(request: Request) -> int:
        return len(await request.body())

    @app.get("/raise/{what}")
    def fail(what: str) -> None:
        raise {
            "conflict": Conflict("The last seat was just booked."),
            "stale": StaleDataError("private words"),
            "away": OperationalError("SELECT 1", {}, Exception("gone")),
            "teapot": HTTPException(418),
            "bug": KeyError("private words"),
        }[what]

    @app.get("/half")
    def half() -> Response:
        def parts() -> Iterator[bytes]:
            yield b"begun"
            raise KeyError("half-way")

        return StreamingResponse(parts())


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    for name, text in PAGES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    app = FastAPI()
    install(app, Settings(language="en"), templates=tmp_path)
    add_routes(app)
    with TestClient(app, follow_redirects=False) as client:
        yield client


def test_a_plain_visit_gets_the_whole_page(client: TestClient) -> None:
    page = client.get("/list?q=a&page=1")
    assert page.text.startswith('<html lang="en"><title>Everything</title>')
    assert "<li>&lt;one&gt; en /list?q=a&amp;page=2</li>" in page.text
    assert "/list 1,234,567 CNY 125,000 " in page.text
    assert {"HX-Request", "Accept-Language", "Cookie"} <= set(page.headers["vary"].split(", "))


def test_htmx_gets_the_block_alone(client: TestClient) -> None:
    part = client.get("/list", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part.text.startswith("<ol>")
    assert "<html" not in part.text
    assert "&lt;one&gt; en" in part.text  # the macros are there without the page's imports


def test_htmx_gets_the_name_of_the_page_with_the_block(client: TestClient) -> None:
    part = client.get("/named", headers={"HX-Request": "true"})
    assert part.text == "<title>Page 2 · 粤工汇</title><p>2</p>"


@pytest.mark.parametrize(
    "more",
    [{"HX-Request-Type": "full"}, {"HX-History-Restore-Request": "true"}, {"HX-Boosted": "true"}],
)
def test_going_back_gets_the_whole_page_also_under_htmx(
    client: TestClient, more: dict[str, str]
) -> None:
    page = client.get("/list", headers={"HX-Request": "true", **more})
    assert page.text.startswith("<html")


def test_after_a_post_the_visitor_is_sent_to_a_page(client: TestClient) -> None:
    answer = client.post("/list")
    assert (answer.status_code, answer.headers["location"]) == (303, "/list")


def test_words_are_escaped_wherever_they_come_from(client: TestClient) -> None:
    words = [one.strip() for one in client.get("/words?b=1&c=2").text.split("|")]
    assert words[:4] == [
        "By &lt;i&gt;",
        "&lt;i&gt;",
        "<b>By</b> &lt;i&gt; 100%",
        "By &lt;i&gt;",
    ]
    assert words[4:] == ["3 cases", "1 case", "/words?c=2&amp;a=x&amp;a=y", "/words?b=1&amp;c=2"]


def test_a_name_that_a_page_does_not_get_is_an_error(client: TestClient) -> None:
    assert client.get("/broken").status_code == 500


def test_a_missing_page_helps_and_names_the_request(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"X-Request-ID": "request-0001"})
    assert page.status_code == 404
    assert "404 There is nothing at this address." in page.text
    assert "request-0001" in page.text
    assert 'role="search"' in page.text
    assert page.headers["x-request-id"] == "request-0001"


def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"X-Request-ID": "x level=info admin"})
    assert len(answer.headers["x-request-id"]) == 32


def test_programs_get_problem_documents(client: TestClient) -> None:
    answer = client.get("/api/items/7")
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    request_id = document.pop("request_id")
    assert request_id == answer.headers["x-request-id"]
    assert document == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no item 7.",
        "instance": "/api/items/7",
    }


def test_a_mistyped_parameter_is_located_without_repeating_it(client: TestClient) -> None:
    answer = client.get("/api/items/secret")
    assert answer.status_code == 404
    assert "secret" not in str(answer.json().get("errors", ""))
    assert client.get("/items/secret").status_code == 404


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("conflict", 409, "The last seat was just booked."),
        ("stale", 409, "Somebody else changed this"),
        ("away", 503, "busy"),
        ("teapot", 418, "could not be understood"),
        ("bug", 500, "Something broke on our side"),
    ],
)
def test_every_failure_is_a_page_with_the_security_headers_and_no_private_words(
    client: TestClient, what: str, status: int, said: str
) -> None:
    answer = client.get(f"/raise/{what}")
    assert answer.status_code == status
    assert said in answer.text
    assert "private" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"] in answer.text


def test_the_wrong_method_is_told_which_one_is_right(client: TestClient) -> None:
    answer = client.delete("/words")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/list", "/raise/conflict", "/items/7", "/nowhere"])
def test_head_says_what_get_would_without_the_body(client: TestClient, path: str) -> None:
    got, asked = client.get(path), client.head(path)
    assert asked.status_code == got.status_code
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert "content-security-policy" in asked.headers
    assert asked.content == b""


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused(client: TestClient, *, announced: bool) -> None:
    body: Any = b"x" * (MOST_BYTES + 1)
    answer = client.post("/bytes", content=body if announced else iter([body[:9], body[9:]]))
    assert answer.status_code == 413
    assert "more than can be sent" in answer.text
    assert client.post("/bytes", content=b"x" * MOST_BYTES).json() == MOST_BYTES


def test_a_failure_after_the_answer_began_cuts_it_short(client: TestClient) -> None:
    with pytest.raises(KeyError, match="half-way"):
        client.get("/half")


def test_an_error_page_that_breaks_still_answers(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "error.html").write_text("{{ nowhere }}", encoding="utf-8")
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "<h1>404</h1>" in answer.text


def test_https_sites_are_remembered_as_such(tmp_path: Path) -> None:
    app = FastAPI()
    install(app, Settings(public_url="https://pool.example"), templates=tmp_path)
    with TestClient(app) as client:
        answer = client.get("/openapi.json?lang=en")
        assert "max-age" in answer.headers["strict-transport-security"]
        assert answer.headers["set-cookie"].endswith("; HttpOnly; Secure")


@pytest.fixture
def _logs_of_their_own() -> Iterator[None]:
    """Whatever an earlier test's server did to logging."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    root.handlers, root.level = [], logging.WARNING
    structlog.reset_defaults()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


@pytest.mark.usefixtures("_logs_of_their_own")
def test_searches_stay_out_of_the_logs(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/list?q=what-a-factory-lacks")
    logged = "".join(capsys.readouterr())
    assert "/list" in logged
    assert "what-a-factory-lacks" not in logged


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[Path, TestClient]]:
    (tmp_path / "site.css").write_text("body {}", encoding="utf-8")
    app = FastAPI()
    app.mount(static.PREFIX, HashedFiles(tmp_path))
    with TestClient(app) as client:
        yield tmp_path, client


def test_a_static_file_is_kept_forever_under_the_address_of_its_content(
    files: tuple[Path, TestClient],
) -> None:
    folder, client = files
    before = static_url("site.css", folder)
    assert "immutable" in client.get(before).headers["cache-control"]
    (folder / "site.css").write_text("body { color: red }", encoding="utf-8")
    after = static_url("site.css", folder)
    assert after != before
    assert client.get(before).headers["cache-control"] == "no-cache"
    assert client.get(after).text == "body { color: red }"


def test_a_file_that_was_not_fetched_is_missing_and_breaks_no_page(
    files: tuple[Path, TestClient],
) -> None:
    folder, client = files
    assert static_url("vendor/none.js", folder) == "/static/missing/vendor/none.js"
    assert client.get("/static/missing/vendor/none.js").status_code == 404
    assert client.get("/static/x/../../conftest.py").status_code == 404
