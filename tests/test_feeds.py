"""What programs follow: feeds, sitemap, robots, the search description; all well-formed."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as Tree

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import feeds
from app.catalogue.stages import Stage
from app.core.settings import get_settings
from search.engine import Kind
from tests.factories import a_record

ATOM = f"{{{feeds.ATOM}}}"
SITEMAP = f"{{{feeds.SITEMAP}}}"


@pytest.fixture(autouse=True)
def home(fill_index: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("POOL_PUBLIC_URL", "https://pool.example")
    get_settings.cache_clear()
    return "https://pool.example"


def read(client: TestClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    return Tree.fromstring(answer.content)  # noqa: S314  our own answer


def test_the_feed_of_listings_holds_the_newest_of_three_kinds(
    client: TestClient, db: Session, home: str
) -> None:
    solution = a_record(db, Kind.SOLUTION, name="注塑云 <MES> & \x0b更多")
    a_record(db, Kind.CASE, name="某厂案例")
    a_record(db, Kind.INFORMATION, name="一份政策")
    feed = read(client, "/feeds/listings.xml")
    entries = {e.findtext(f"{ATOM}title"): e for e in feed.iter(f"{ATOM}entry")}
    assert "注塑云 <MES> & 更多" in entries
    assert "某厂案例" in entries
    assert "一份政策" not in entries
    entry = entries["注塑云 <MES> & 更多"]
    assert entry.findtext(f"{ATOM}id") == f"{home}/id/{solution.identifier}"
    assert entry.find(f"{ATOM}link").get("href") == f"{home}/solutions/{solution.slug}"
    assert feed.findtext(f"{ATOM}updated") >= entry.findtext(f"{ATOM}updated")


def test_the_feed_of_information_leaves_out_what_is_withdrawn(
    client: TestClient, db: Session
) -> None:
    a_record(db, Kind.INFORMATION, name="有效政策")
    a_record(db, Kind.INFORMATION, name="撤回政策").stage = Stage.WITHDRAWN
    feed = read(client, "/feeds/information.xml")
    assert [e.findtext(f"{ATOM}title") for e in feed.iter(f"{ATOM}entry")] == ["有效政策"]


def test_an_empty_feed_is_a_feed(client: TestClient) -> None:
    feed = read(client, "/feeds/information.xml")
    assert feed.findtext(f"{ATOM}updated")
    assert feed.find(f"{ATOM}entry") is None


def test_the_sitemap_lists_every_public_page(client: TestClient, db: Session, home: str) -> None:
    record = a_record(db, Kind.TRAINING, name="一次培训")
    found = [e.text for e in read(client, "/sitemap.xml").iter(f"{SITEMAP}loc")]
    assert f"{home}/trainings/{record.slug}" in found
    assert len(found) == len(set(found)) == len(feeds.PAGES) + 1


def test_every_page_that_the_sitemap_names_answers(client: TestClient, db: Session) -> None:
    assert {path: client.get(path).status_code for path in feeds.PAGES} == dict.fromkeys(
        feeds.PAGES, 200
    )


def test_a_sitemap_too_long_for_one_file_is_an_index_of_parts(
    client: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    for number in range(3):
        a_record(db, Kind.TRAINING, name=f"培训{number}")
    monkeypatch.setattr(feeds, "MOST_ADDRESSES", 5)
    parts = [e.text.removeprefix(home) for e in read(client, "/sitemap.xml").iter(f"{SITEMAP}loc")]
    assert parts == ["/sitemaps/1.xml", "/sitemaps/2.xml", "/sitemaps/3.xml"]
    found = [e.text for part in parts for e in read(client, part).iter(f"{SITEMAP}loc")]
    assert len(found) == len(set(found)) == len(feeds.PAGES) + 3
    for missing in ("/sitemaps/4.xml", "/sitemaps/0.xml", "/sitemaps/-1.xml"):
        assert client.get(missing).status_code == 404


def test_robots_are_kept_from_endless_filters_only(client: TestClient, home: str) -> None:
    said = client.get("/robots.txt").text
    assert f"Sitemap: {home}/sitemap.xml" in said
    assert "Disallow: /search?" in said
    assert "Disallow: /\n" not in said


def test_browsers_learn_how_to_search(client: TestClient, home: str) -> None:
    described = read(client, "/opensearch.xml")
    template = described.find(f"{{{feeds.OPENSEARCH}}}Url").get("template")
    assert template == f"{home}/search?q={{searchTerms}}"


def test_the_icon_is_found_where_browsers_guess_it(client: TestClient) -> None:
    assert client.get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")
