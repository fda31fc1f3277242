"""Asking a vendor and talking with it, in two real browsers at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from app.accounts.models import SignIn
from app.accounts.visitor import Visitor, hash_token
from app.catalogue import index
from app.core.db import now, transaction
from tests.browser.conftest import WIDTHS, page_of, served
from tests.browser.test_journeys import examine
from tests.inquiries.makers import CONTACT, ask, two_sides

pytestmark = pytest.mark.browser
As = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def market(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A site with a manufacturer and a vendor."""
    with served(tmp_path_factory.mktemp("market"), fresh_database(), _fill) as address:
        yield address


def _fill() -> None:
    with transaction() as db:
        sides = two_sides(db)
        _let_in(db, sides.asker, "asker")
        _let_in(db, sides.vendor, "vendor")
        asked = two_sides(db, solution_name="空压站节能")
        ask(db, asked)
        _let_in(db, asked.vendor, "asked")
    with transaction(writes=False) as db:
        index.rebuild(db)


def _let_in(db: Session, visitor: Visitor, token: str) -> None:
    db.add(
        SignIn(
            token=hash_token(token),
            person_id=visitor.person_id,
            organisation_id=visitor.organisation_id,
            ends_at=now() + timedelta(days=1),
        )
    )


@pytest.fixture
def signed_in(chromium: Browser, market: str) -> As:
    """A page of one of the two sides."""

    def open_page(
        who: str, *, width: int = WIDTHS["desk"], scripts: bool = True
    ) -> AbstractContextManager[Page]:
        return page_of(chromium, market, width=width, session=who, scripts=scripts)

    return open_page


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_what_one_side_writes_comes_to_the_other_without_loading_the_page(signed_in: As) -> None:
    with ExitStack() as stack:
        asker = stack.enter_context(signed_in("asker"))
        vendor = stack.enter_context(signed_in("vendor", width=WIDTHS["phone"]))
        asker.goto("/search?q=注塑机联网")
        asker.get_by_role("link", name="注塑机联网", exact=True).first.click()
        asker.get_by_role("link", name="Ask the vendor").click()
        examine(asker, asker.url)
        asker.get_by_label("Message").fill("能否联网？")
        asker.get_by_label("Telephone").fill(CONTACT["telephone"])
        asker.get_by_role("button", name="Send the inquiry").click()
        expect(asker.get_by_role("log")).to_contain_text("能否联网？")
        examine(asker, asker.url)

        vendor.goto("/")
        vendor.get_by_role("link", name="1 inquiry with news").click()
        examine(vendor, vendor.url)
        vendor.locator("table a").first.click()
        expect(vendor.get_by_role("log")).to_contain_text("能否联网？")
        expect(vendor.get_by_text(CONTACT["telephone"])).to_have_count(0)
        examine(vendor, vendor.url)
        write(vendor, "可以，请说明机型。")
        expect(asker.get_by_role("log")).to_contain_text("可以，请说明机型。")  # by itself
        write(asker, "海天二百吨。")
        expect(vendor.get_by_role("log")).to_contain_text("海天二百吨。")
        vendor.get_by_role("button", name="We meet").click()
        expect(asker.get_by_role("log")).to_contain_text("noted that you meet")
        expect(asker.get_by_text("Something changed in this inquiry.")).to_be_visible()
        asker.get_by_role("link", name="Load it again").click()
        examine(asker, asker.url)


def test_a_thread_works_without_scripts(signed_in: As) -> None:
    with signed_in("asked", scripts=False) as page:
        page.goto("/inquiries/answers")
        page.get_by_label("Title").fill("首次答复")
        page.get_by_label("Text").fill("您好，三个工作日内回复。")
        page.get_by_role("button", name="Keep it").click()
        page.goto("/inquiries")
        page.locator("table a").first.click()
        page.get_by_label("First answer").select_option("首次答复")
        page.get_by_role("button", name="Insert").click()
        expect(page.get_by_label("Message", exact=True)).to_have_value("您好，三个工作日内回复。")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("log")).to_contain_text("您好，三个工作日内回复。")
