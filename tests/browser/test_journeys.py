"""What a visitor does, in a real browser: search, filter, open, compare, go back."""

import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from search.engine import EngineAway
from tests.test_degraded import send_away

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# what passes is most of a report and takes most of the time to hand over
VIOLATIONS = "options => axe.run(options).then(report => report.violations)"
PAGES = [
    "/",
    "/search?q=注塑机联网，东莞，预算二十万&page=2",
    "/search?scenario=energy-management&city=441900&max_price=5",
    "/search?q=注塑机&city=445300",
    "/search?kind=robot",
    "/vendors",
    "/cases",
    "/information",
    "/trainings",
    "/search?kind=training",
    "/suggest?q=注塑",
    "/compare",
    "/how-ranking-works",
    "/sources",
    "/accessibility",
    "/api/v1/docs",
    "/nowhere",
]
NAME = re.compile("注塑机联网方案")


def search(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_role("combobox").or_(page.get_by_role("searchbox")).fill(text)
    page.get_by_role("button", name="Find solutions").click()
    expect(page.get_by_role("heading", name="24 solutions")).to_be_visible()


def open_filters(page: Page) -> None:
    """On a phone the filters are behind a button."""
    link = page.get_by_role("link", name=re.compile("^Filters"))
    if link.is_visible():
        link.click()


def test_search_filter_open_compare_and_back(screen: Page) -> None:
    search(screen, "注塑机联网")
    open_filters(screen)
    screen.get_by_role("checkbox", name="Energy management").check()
    expect(screen.get_by_role("heading", name="12 solutions")).to_be_visible()
    expect(screen).to_have_url(re.compile(r"scenario=energy-management"))
    expect(screen).not_to_have_url(re.compile(r"max_price"))

    screen.get_by_role("link", name=NAME).first.click()
    expect(screen.get_by_role("heading", level=1, name=NAME)).to_be_visible()
    screen.go_back()
    expect(screen.get_by_role("heading", name="12 solutions")).to_be_visible()

    for number in (0, 1):
        screen.get_by_role("checkbox", name=re.compile("^Compare")).nth(number).check()
    screen.get_by_role("button", name="Compare").click()
    expect(screen.get_by_role("heading", level=1, name="Compare")).to_be_visible()
    expect(screen.get_by_role("columnheader", name=NAME)).to_have_count(2)

    screen.go_back()
    expect(screen.get_by_role("heading", name="12 solutions")).to_be_visible()
    screen.go_back()
    expect(screen.get_by_role("heading", name="24 solutions")).to_be_visible()


def test_pages_turn_in_place_and_back_turns_them_back(screen: Page) -> None:
    search(screen, "注塑机联网")
    expect(screen.get_by_role("heading", level=3)).to_have_count(20)
    screen.get_by_role("link", name="Next").click()
    expect(screen.get_by_role("heading", level=3)).to_have_count(4)
    screen.go_back()
    expect(screen.get_by_role("heading", level=3)).to_have_count(20)


def test_suggestions_are_chosen_by_keyboard(screen: Page) -> None:
    screen.goto("/")
    box = screen.get_by_role("combobox")
    box.press_sequentially("zhusuji")
    expect(screen.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    expect(screen.get_by_role("option", selected=True)).to_have_count(1)
    box.press("Enter")
    expect(screen.get_by_role("heading", level=1, name=NAME)).to_be_visible()


def test_the_same_journey_without_scripts(plain: Page) -> None:
    search(plain, "注塑机联网")
    plain.get_by_role("checkbox", name="Energy management").check()
    plain.get_by_role("button", name="Apply").click()
    expect(plain.get_by_role("heading", name="12 solutions")).to_be_visible()
    plain.get_by_role("link", name=re.compile("Energy management.*remove")).click()
    expect(plain.get_by_role("heading", name="24 solutions")).to_be_visible()
    for number in (0, 1):
        plain.get_by_role("checkbox", name=re.compile("^Compare")).nth(number).check()
    plain.get_by_role("button", name="Compare").click()
    expect(plain.get_by_role("columnheader", name=NAME)).to_have_count(2)
    plain.go_back()
    plain.get_by_role("link", name="Next").click()
    plain.get_by_role("link", name=NAME).first.click()
    expect(plain.get_by_role("heading", level=1, name=NAME)).to_be_visible()


def test_every_page_can_be_used_by_everybody(screen: Page) -> None:
    screen.goto("/search")
    listings = [screen.get_by_role("link", name=NAME).first.get_attribute("href")]
    ticks = screen.get_by_role("checkbox", name=re.compile("^Compare")).all()[:4]
    together = "/compare?" + "&".join(f"id={tick.get_attribute('value')}" for tick in ticks)
    for path in ("/vendors", "/cases", "/information", "/trainings"):
        screen.goto(path)
        listings.append(screen.locator("main h3 a, main .entries a").first.get_attribute("href"))
    for path in [*PAGES, *filter(None, listings), together]:
        examine(screen, path)


def test_pages_can_be_used_by_everybody_while_the_search_engine_is_away(
    screen: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_away(monkeypatch, EngineAway("gone"))
    search(screen, "注塑机联网")
    expect(screen.get_by_role("status").filter(has_text="cannot be reached")).to_be_visible()
    open_filters(screen)
    screen.get_by_role("checkbox", name="On the whitelist").check()
    expect(screen.get_by_role("heading", name="Nothing meets all of this")).to_be_visible()
    for path in ("/", "/search?q=注塑机&page=2", "/search?city=445300", "/suggest?q=注塑"):
        examine(screen, path)


def examine(page: Page, path: str) -> None:
    """Nothing on this page keeps anybody out, and nothing sticks out of it."""
    page.goto(path)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(VIOLATIONS, {"runOnly": RULES, "resultTypes": ["violations"]})
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], path
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{path} is {wider} pixels too wide"
