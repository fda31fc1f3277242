"""The market in real browsers: from a manufacturer's own words to its rating, and the staff."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import Session, select

from app.accounts.models import SignIn, StaffRole
from app.accounts.visitor import hash_token
from app.catalogue import index
from app.core import worker
from app.core.db import at, now, transaction
from app.core.formats import CHINA, today
from app.matching.models import MatchFeedback
from search.engine import Kind
from tests.browser.conftest import WIDTHS, page_of, served
from tests.browser.test_inquiry_journeys import write
from tests.browser.test_journeys import examine
from tests.factories import a_record
from tests.inquiries.makers import WORDS, Sides, ask, two_sides
from tests.people import GUANGZHOU, staff

pytestmark = pytest.mark.browser
As = Callable[..., AbstractContextManager[Page]]
VENDOR, FOUND, OTHER = "云端注塑科技有限公司", "注塑机设备联网系统", "车间能耗管理系统"
NEED = "四十台注塑机夜里停机没人知道，想先设备联网，再做能耗管理。"


@pytest.fixture(scope="module")
def market(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A site with vendors for a need, an inquiry that is overdue, and the staff of its region."""
    with served(tmp_path_factory.mktemp("market"), fresh_database(), _fill) as address:
        yield address


def _fill() -> None:
    with transaction() as db:
        sides = two_sides(db)
        _offer(db, sides.listed.id, FOUND, "equipment-connectivity")
        other = a_record(db, Kind.VENDOR, name="节能科技有限公司", region=GUANGZHOU)
        _offer(db, other.id, OTHER, "energy-management")
        _let_in_both(db, sides, "asker", "vendor")
        with at(now() - timedelta(days=30)):
            slow = two_sides(db, solution_name="配方管理")
            ask(db, slow)
        _let_in_both(db, slow, "waiting", "slow")
        official = staff(db, StaffRole.PUBLISHER, region=GUANGZHOU)
        _let_in(db, official.id, None, "staff")
    with transaction(writes=False) as db:
        index.rebuild(db)


def _offer(db: Session, vendor_id: UUID, name: str, scenario: str) -> None:
    told = f"{name}：采集注塑机数据，夜里停机在手机上告警。"
    said = {"name": name, "summary": told, "scenarios": [scenario]}
    a_record(db, Kind.SOLUTION, vendor_id=vendor_id, **said)


def _let_in_both(db: Session, sides: Sides, asker: str, vendor: str) -> None:
    for visitor, token in ((sides.asker, asker), (sides.vendor, vendor)):
        _let_in(db, visitor.person_id, visitor.organisation_id, token)


def _let_in(db: Session, person_id: UUID, organisation_id: UUID | None, token: str) -> None:
    db.add(
        SignIn(
            token=hash_token(token),
            person_id=person_id,
            organisation_id=organisation_id,
            ends_at=now() + timedelta(days=1),
            second_factor_at=now(),
        )
    )


@pytest.fixture
def signed_in(chromium: Browser, market: str) -> As:
    """A page of somebody, by the name of their session."""

    def open_page(
        who: str, *, width: int = WIDTHS["desk"], scripts: bool = True
    ) -> AbstractContextManager[Page]:
        return page_of(chromium, market, width=width, session=who, scripts=scripts)

    return open_page


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_from_own_words_to_matches_a_contract_a_rating_and_the_outcome(signed_in: As) -> None:
    with ExitStack() as stack:
        asker = stack.enter_context(signed_in("asker"))
        vendor = stack.enter_context(signed_in("vendor", width=WIDTHS["phone"]))
        describe(asker)
        publish(asker)
        choose(asker)
        sign(asker, vendor)
        rate(asker)
        settle(asker)
        vendor.goto("/workspace/fitting-needs")
        expect(vendor.get_by_role("main")).not_to_contain_text("四十台注塑机")  # it is closed
    with transaction(writes=False) as db:
        verdicts = {str(said) for said in db.exec(select(MatchFeedback.verdict))}
    assert verdicts == {"useful", "shortlisted", "contacted", "awarded"}


def describe(page: Page) -> None:
    """From a few words to a draft that lacks nothing; what is typed is understood at once."""
    examine(page, "/workspace/needs/new")
    page.get_by_label("In your own words").fill(NEED)
    press(page, "Go on")
    expect(page.locator("#understood")).to_contain_text("keep to your limits")
    tags = page.locator("#tags")
    expect(tags).to_contain_text("Equipment connectivity")
    expect(tags).not_to_contain_text("Planning and scheduling")
    page.get_by_label("In your own words").press_sequentially("计划排产也要。")
    expect(tags).to_contain_text("Planning and scheduling")  # before anything is saved
    page.get_by_label("In your own words").fill(NEED)
    expect(tags).not_to_contain_text("Planning and scheduling")
    examine(page, page.url)
    page.locator('input[name="industries"][value="C29"]').set_checked(True)
    closes = now().astimezone(CHINA) + timedelta(days=30)
    page.get_by_label("Closes at (China time)").fill(f"{closes:%Y-%m-%dT%H:%M:%S}")
    press(page, "Save and go on")


def publish(page: Page) -> None:
    """Published, it is matched in the background."""
    expect(page.get_by_role("button", name="Publish")).to_be_visible()
    examine(page, page.url)
    press(page, "Publish")
    expect(page.get_by_text("It is being matched.")).to_be_visible()
    worker.drain()
    page.reload()
    page.get_by_role("link", name="Who they are, and why").click()
    examine(page, page.url)
    cover = page.get_by_role("region", name="Vendors and the parts that they cover")
    for name in (VENDOR, "节能科技有限公司"):
        expect(cover).to_contain_text(name)


def choose(page: Page) -> None:
    """A match is judged, explained, put aside and asked about."""
    card = page.locator("li.result").filter(has=page.get_by_role("link", name=FOUND, exact=True))
    card.get_by_text("Is this match useful?").click()
    press(card, "Useful")
    expect(card.get_by_text("You said: Useful")).to_be_visible()
    matches = page.url
    card.get_by_role("link", name="Why this place").click()
    expect(page.get_by_text("worked out again just now")).to_be_visible()
    examine(page, page.url)
    page.goto(matches)
    card.get_by_role("link", name="Put on a shortlist").click()
    card.get_by_label("Name of the new list").fill("注塑车间候选")
    card.get_by_role("button", name="Put on the list").click()
    card.get_by_role("link", name="注塑车间候选").click()
    examine(page, page.url)
    page.get_by_role("link", name="Ask the vendor").click()
    expect(page.get_by_text("For your need")).to_be_visible()
    page.get_by_label("Message").fill("能否先做十台？")
    press(page, "Send the inquiry")
    expect(page.get_by_role("log")).to_contain_text("能否先做十台？")


def sign(asker: Page, vendor: Page) -> None:
    """The vendor answers and says what was signed; it counts once the manufacturer confirms."""
    vendor.goto("/inquiries")
    vendor.locator("table a").first.click()
    write(vendor, "可以，先做十台。")
    expect(asker.get_by_role("log")).to_contain_text("可以，先做十台。")
    expect(asker.get_by_role("button", name="Rate the vendor")).to_have_count(0)
    vendor.get_by_text("A contract was signed").click()
    vendor.get_by_label("Value (yuan)").fill("300000")
    vendor.get_by_label("Signed on").fill(today().isoformat())
    press(vendor, "Say so")
    expect(vendor.get_by_text("It counts once the other side confirms it.")).to_be_visible()
    asker.reload()
    press(asker, "Confirm the contract")


def rate(page: Page) -> None:
    """Only after the contract; everybody reads it at the vendor's page."""
    expect(page.get_by_label("Stars")).to_be_visible()
    examine(page, page.url)
    page.get_by_label("Stars").select_option("5")
    page.get_by_label("What you say about it").fill("两周就联好了。")
    press(page, "Rate the vendor")
    expect(page.get_by_text("两周就联好了。")).to_be_visible()
    page.get_by_role("link", name=VENDOR).first.click()
    expect(page.get_by_text("两周就联好了。")).to_be_visible()
    examine(page, page.url)


def settle(page: Page) -> None:
    """Closed by hand, the need says what came of it, for good."""
    page.goto("/workspace/needs")
    page.locator("main table a").first.click()
    page.get_by_text("Close it now").click()
    press(page, "Close the need")
    page.get_by_label("Awarded").check()
    page.get_by_label("Who won it").select_option(label=VENDOR)
    page.get_by_label("Value of the contract (yuan)").fill("300000")
    page.get_by_label("Starts on").fill(today().isoformat())
    press(page, "Say what came of it")
    expect(page.get_by_role("main")).to_contain_text("CNY 300,000")
    expect(page.get_by_role("button", name="Say what came of it")).to_have_count(0)
    examine(page, page.url)


def test_an_overdue_answer_comes_to_the_staff_who_write_and_close(signed_in: As) -> None:
    with ExitStack() as stack:
        asker = stack.enter_context(signed_in("waiting", width=WIDTHS["phone"]))
        official = stack.enter_context(signed_in("staff"))
        asker.goto("/inquiries")
        asker.locator("table a").first.click()
        asker.get_by_text("Call the staff").first.click()
        asker.get_by_label("What you need from the staff").fill("请催一催。")
        press(asker, "Call the staff")
        expect(asker.get_by_role("log")).to_contain_text("called the staff")

        examine(official, "/desk/inquiries?tab=escalated")
        official.locator("table a").first.click()
        examine(official, official.url)
        expect(official.get_by_role("main")).to_contain_text("请催一催。")
        expect(official.get_by_role("main")).not_to_contain_text(WORDS)
        official.get_by_label("Message").fill("请尽快答复。")
        press(official, "Send")
        expect(asker.get_by_role("log")).to_contain_text("请尽快答复。")  # by itself
        official.get_by_label("What was done").fill("已与供应商通话。")
        press(official, "Close")
        expect(asker.get_by_role("log")).to_contain_text("已与供应商通话。")
        examine(official, "/desk/inquiries?tab=figures")


def test_a_reported_thread_is_opened_with_a_reason_and_decided(signed_in: As) -> None:
    with ExitStack() as stack:
        reporter = stack.enter_context(signed_in("slow", scripts=False))
        official = stack.enter_context(signed_in("staff", width=WIDTHS["phone"]))
        reporter.goto("/inquiries")
        reporter.locator("table a").first.click()
        reporter.get_by_text("Report the thread to the staff").click()
        reporter.get_by_label("Reason").select_option("advertising")
        reporter.get_by_label("What happened").fill("同样的话发给了很多家。")
        press(reporter, "Report")
        expect(reporter.get_by_text("You have reported this thread.")).to_be_visible()

        examine(official, "/desk/reports")
        official.locator("table a").first.click()
        examine(official, official.url)
        expect(official.get_by_text(WORDS)).to_have_count(0)
        official.get_by_label("Why you open it").fill("核实举报。")
        press(official, "Open the thread")
        expect(official.get_by_text(WORDS)).to_be_visible()
        official.get_by_label("Uphold it: warn the side that was reported").check()
        official.get_by_label("Answer").fill("请勿群发。")
        press(official, "Decide")
        examine(official, official.url)
        reporter.reload()
        expect(reporter.get_by_role("log")).to_contain_text("请勿群发。")
