"""The frame and the macros: what they show, and what a strict policy forbids them to hold."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from jinja2 import ChoiceLoader, DictLoader, Environment

from app.core.settings import Settings
from app.core.site import install
from app.core.web import render

ROOT = Path(__file__).parents[1]
PAGE = '{{% extends "base.html" %}}{{% block content %}}{0}{{% endblock %}}'


@pytest.fixture
def site() -> FastAPI:
    """The site's own frame around a page that shows one piece of template."""
    app = FastAPI()
    install(app, Settings())
    environment: Environment = app.state.environment

    @app.get("/search")
    def page(request: Request) -> Any:
        return render(request, "piece.html")

    environment.loader = ChoiceLoader([environment.loader, DictLoader({"piece.html": PAGE})])  # type: ignore[list-item]
    return app


def shown(site: FastAPI, piece: str, address: str = "/search") -> str:
    """The content that this piece of template makes, white space folded."""
    source = PAGE.format(piece)
    loader = ChoiceLoader([DictLoader({"piece.html": source}), site.state.environment.loader])
    site.state.environment.loader = loader
    html = TestClient(site).get(address, headers={"Cookie": "lang=en"}).text
    main = re.search(r"<main.*?</main>", html, re.S)
    assert main, html
    return " ".join(main[0].split())


def test_every_template_obeys_the_policy() -> None:
    forbidden = re.compile(r"\sstyle=|\son[a-z]+=|hx-on|javascript:|\|\s*safe|hx-vals=.js:")
    for path in sorted((ROOT / "templates").rglob("*.html")):
        found = forbidden.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: {found}"


def test_the_frame_marks_the_section_one_is_in(site: FastAPI) -> None:
    html = TestClient(site).get("/search", headers={"Cookie": "lang=en"}).text
    current = re.findall(r'<a href="([^"]+)"\s+aria-current="page"', html)
    assert current == ["/search"]
    assert '<html lang="en">' in html
    assert 'href="/search?lang=zh-Hans"' in html


def test_a_missing_page_helps(site: FastAPI) -> None:
    answer = TestClient(site).get("/nowhere", headers={"Cookie": "lang=en"})
    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert 'href="/search"' in answer.text


def test_matched_words_are_marked_and_everything_is_escaped(site: FastAPI) -> None:
    html = shown(site, '{{ ui.marked([("a<b ", false), ("MES", true)]) }}{{ ui.marked("<i>") }}')
    assert "a&lt;b <mark>MES</mark>&lt;i&gt;" in html


def test_a_result_says_who_why_and_what_is_not_stated(site: FastAPI) -> None:
    html = shown(
        site,
        '{{ ui.result("A", "/a", ["V", none, "Foshan"], "S", [("met", "yes"), ("unknown", "ask")],'
        ' [("Price", none)], [("new", "good")], "s1") }}',
    )
    assert "V · Foshan" in html
    assert '<li class="met"><span class="sr-only">Met:</span> yes</li>' in html
    assert "<dt>Price</dt><dd>Not stated</dd>" in html
    assert '<span class="badge good">new</span>' in html
    assert 'value="s1" form="compare"' in html


def test_a_facet_folds_its_tail_and_opens_it_when_something_there_is_on(site: FastAPI) -> None:
    options = '[("a", "A", 3, true), ("b", "B", 2, false), ("c", "C", 0, {0})]'
    closed = shown(site, f'{{{{ ui.facet("x", "X", {options.format("false")}, 2) }}}}')
    assert "1 more" in closed
    assert "<details>" in closed.replace("<details >", "<details>")
    opened = shown(site, f'{{{{ ui.facet("x", "X", {options.format("true")}, 2) }}}}')
    assert "<details open>" in opened
    assert opened.count("checked") == 2


def test_filters_keep_what_is_not_a_filter(site: FastAPI) -> None:
    html = shown(
        site, '{% call ui.filters(1, [("q", "a b")]) %}{{ ui.facet_number("p", "P") }}{% endcall %}'
    )
    assert '<input type="hidden" name="q" value="a b">' in html
    assert 'hx-get="/search?q=a+b"' in html
    assert 'hx-target="#results"' in html


def test_the_pager_keeps_the_query_and_skips_far_pages(site: FastAPI) -> None:
    html = shown(site, "{{ ui.pager(7, 20) }}", "/search?q=x&page=7")
    assert re.findall(r'<a[^>]* href="[^"]*?page=(\d+)"', html) == [
        "6",
        "5",
        "6",
        "8",
        "9",
        "20",
        "8",
    ]
    assert 'href="/search?q=x" hx-get' in html  # page 1 needs no number
    assert shown(site, "{{ ui.pager(1, 1) }}").count("<nav") == 0


def test_bars_and_tiles_grow_with_their_numbers(site: FastAPI) -> None:
    bars = shown(site, '{{ ui.bars([("A", "/a", 4), ("B", "/b", 1)], "T") }}')
    assert re.findall(r'<rect width="([\d.]+)%"', bars) == ["100", "100.0", "100", "25.0"]
    tiles = shown(site, '{{ ui.tiles({"440300": 9, "440100": 1}, "/search?city=", "T") }}')
    assert '<a class="tile heat-4" href="/search?city=440300">Shenzhen <b>9</b></a>' in tiles
    assert '<a class="tile heat-2" href="/search?city=440100">' in tiles
    assert tiles.count("<li ") == 21
    assert shown(site, '{{ ui.bars([], "T") }}{{ ui.tiles({}, "/", "T") }}').count("<a ") == 0


def test_no_two_cities_share_a_cell(site: FastAPI) -> None:
    html = shown(site, '{{ ui.tiles({}, "/", "T") }}')
    cells = re.findall(r'<li class="(col-\d row-\d)">', html)
    assert len(set(cells)) == 21


def test_a_fact_carries_its_source_or_says_that_it_is_not_stated(site: FastAPI) -> None:
    html = shown(
        site,
        '{{ ui.facts([("Code", "9144", ui.source("List", "2024-03", "https://example.org/?a&b")),'
        ' ("Price", none, none)]) }}',
    )
    assert "Source: " in html
    assert '<a href="https://example.org/?a&amp;b" rel="noopener">List</a>, 2024-03' in html
    assert '<span class="unstated">Not stated</span>' in html


def test_a_field_stands_with_its_help_and_its_error(site: FastAPI) -> None:
    html = shown(
        site,
        '{{ ui.field("t", "Title", {"t": "<x>"}, {"t": "Say more."}, "One line", required=true) }}'
        '{{ ui.area("s", "Story") }}{{ ui.choice("c", "City", [("1", "One")], {"c": "1"}) }}'
        '{{ ui.error_summary({"t": "Say more."}, {"t": "Title"}) }}',
    )
    assert 'aria-describedby="t-help t-error"' in html
    assert 'value="&lt;x&gt;"' in html
    assert '<a href="#t">Title: Say more.</a>' in html
    assert '<option value="1" selected>One</option>' in html
    assert html.count("(may stay empty)") == 2


def test_the_rest_of_the_macros_show_what_they_are_given(site: FastAPI) -> None:
    html = shown(
        site,
        '{{ ui.search_box("q", "Go", hidden=[("kind", "case")], examples=[("E", "/e")]) }}'
        '{{ ui.understood([("City", "Foshan", "/x"), ("Kind", "Case", "")], "/plain") }}'
        '{{ ui.results_head("3 found", 2, [("A", "/a", true), ("B", "/b", false)]) }}'
        '{{ ui.compare_bar() }}{{ ui.stat(1200, "vendors") }}{{ ui.timeline([("1", "T", "")]) }}'
        '{{ ui.steps(["a", "b"], 1) }}{{ ui.crumbs([("/", "Home"), ("", "Here")]) }}'
        '{{ ui.empty("None", "why", [("Next", "/n")]) }}{{ ui.notice("Saved", "good") }}'
        '{{ ui.entry("N", "/n", ["a", none]) }}{{ ui.button("B", "/b") }}'
        '{{ ui.button("C", name="n") }}'
        '{% call ui.panel("P", "All", "/all") %}inside{% endcall %}',
    )
    for expected in (
        'name="kind" value="case"',
        '<a href="/e">E</a>',
        "Search my words as they are",
        "Filters (2)",
        '<form id="compare"',
        "<b>1,200</b> vendors",
        'aria-current="step"',
        '<span aria-current="page">Here</span>',
        '<a class="button quiet" href="/n">Next</a>',
        '<p class="notice good" role="status">Saved</p>',
        "<p>a</p>",
        '<a class="button primary" href="/b">B</a>',
        'type="submit" name="n"',
        "inside",
    ):
        assert expected in html
