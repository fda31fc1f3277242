"""What vendors and staff do, in a real browser, from a draft to the search and back out again."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from app.accounts.models import Membership, Person, SignIn
from app.accounts.visitor import hash_token
from app.catalogue import index
from app.catalogue.models import Solution
from app.cli import demonstration
from app.core import worker
from app.core.db import now, transaction
from app.core.formats import today
from app.curation.applications.models import Application, PublicNotice
from app.curation.working_days import add_working_days
from tests.browser.conftest import WIDTHS, page_of, served
from tests.browser.test_journeys import examine
from tests.test_routes_by_role import PART, ROUTES

pytestmark = pytest.mark.browser
VENDOR = "（演示）瑶山联网科技有限公司"
As = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def people_address(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A site that holds the demonstration set, and nothing else."""
    with served(tmp_path_factory.mktemp("people"), fresh_database(), _fill) as address:
        yield address


def _fill() -> None:
    with transaction() as db:
        demonstration.build(db)
        let_everybody_in(db)
    with transaction(writes=False) as db:
        index.rebuild(db)


def let_everybody_in(db: Session) -> None:
    """Each person has signed in, for the organisation that they belong to."""
    for person in db.exec(select(Person)).all():
        own = select(Membership.organisation_id).where(Membership.person_id == person.id)
        db.add(
            SignIn(
                token=hash_token(token_of(person.email)),
                person_id=person.id,
                organisation_id=db.exec(own).first(),
                ends_at=now() + timedelta(days=1),
                second_factor_at=now(),
            )
        )


def token_of(email: str) -> str:
    return f"session of {email.partition('@')[0]}".replace(" ", "-")


@pytest.fixture
def signed_in(chromium: Browser, people_address: str) -> As:
    """A page of one of the demonstration's people."""

    def open_page(who: str, *, width: int = WIDTHS["desk"]) -> AbstractContextManager[Page]:
        session = token_of(f"{who}@demo.example")
        return page_of(chromium, people_address, width=width, session=session)

    return open_page


@pytest.fixture
def visitor(chromium: Browser, people_address: str) -> Iterator[Page]:
    with page_of(chromium, people_address, width=WIDTHS["desk"]) as page:
        yield page


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()


def open_application(page: Page, name: str) -> None:
    page.goto("/desk/applications")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def let_the_notice_end(name: str) -> None:
    """Days pass."""
    with transaction() as db:
        application = db.exec(select(Application).where(Application.name == name)).one()
        notice = db.exec(
            select(PublicNotice).where(PublicNotice.application_id == application.id)
        ).one()
        notice.starts_on = today() - timedelta(days=9)
        notice.ends_on, notice.publish_on = today() - timedelta(days=1), today()


def test_a_solution_goes_from_its_draft_into_the_search(signed_in: As, visitor: Page) -> None:
    name = "砂轮寿命预警"
    with signed_in("owner") as page:
        page.goto("/workspace")
        press(page, "New solution")
        page.get_by_label("Name", exact=False).first.fill(name)
        summary = "在磨床主轴上测振动，砂轮该修整时提前半小时提醒班组长，少磕废一批零件。" * 2
        page.locator("#summary").fill(summary)
        page.locator("input[name=scenarios][value=predictive-maintenance]").check()
        page.locator("input[name=deployment][value=edge]").check()
        page.locator("#price_model").select_option("subscription")
        press(page, "Save and go on")
        page.get_by_label("I answer for my organisation").check()
        press(page, "Hand in")
        expect(page.get_by_text("Handed in").first).to_be_visible()
    with signed_in("dongguan-reviewer") as page:  # of another city
        page.goto("/desk/applications")
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    with signed_in("city-reviewer") as page:
        open_application(page, name)
        press(page, "Recommend")
        expect(page.get_by_text("The next step is taken by others")).to_be_visible()
    with signed_in("reviewer") as page:
        open_application(page, name)
        for box in page.get_by_role("radio").all():
            if box.get_attribute("value") == "4":
                box.check()
        press(page, "Keep the points")
        press(page, re.compile("^Conclude the review"))
        expect(page.get_by_text("The next step is taken by others")).to_be_visible()
    with signed_in("publisher") as page:
        open_application(page, name)
        page.get_by_role("radio", name=re.compile("^From today")).check()
        press(page, "Announce it")
        expect(page.get_by_text("It cannot be published before")).to_be_visible()
        visitor.goto("/notices")
        expect(visitor.get_by_role("link", name=name)).to_be_visible()
        let_the_notice_end(name)
        page.reload()
        press(page, "Publish")
        expect(page.get_by_text("Published").first).to_be_visible()
    worker.drain()
    visitor.goto("/search?q=砂轮什么时候该修整")
    visitor.get_by_role("link", name=name).first.click()
    expect(visitor.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_a_published_listing_stays_as_it_is_while_its_change_waits(
    signed_in: As, visitor: Page
) -> None:
    with transaction(writes=False) as db:
        chosen = select(Solution).where(Solution.name == "（演示）注塑车间设备联网套件")
        solution = db.exec(chosen).one()
    with signed_in("editor") as page:
        page.goto(f"/workspace/listings/{solution.identifier}")
        press(page, "Propose a change")
        page.locator("#price_text").fill("每台每年一千元起")
        press(page, "Save and go on")
        page.get_by_label("I answer for my organisation").check()
        press(page, "Hand in")
    visitor.goto(f"/solutions/{solution.slug}")
    expect(visitor.get_by_text("每台每年一千元起")).to_have_count(0)
    with signed_in("city-reviewer") as page:
        open_application(page, solution.name)
        expect(page.locator("ins").filter(has_text="每台每年一千元起")).to_be_visible()
        page.get_by_text("Return for more").click()
        page.locator("#return_code").select_option("evidence")
        page.locator("#return_reason").fill("请附上价目表。")
        press(page, "Return it")
        expect(page.get_by_text("请附上价目表。").first).to_be_visible()
    with signed_in("editor") as page:
        page.goto("/workspace")
        page.get_by_role("link", name=solution.name).first.click()
        expect(page.get_by_text("请附上价目表。").first).to_be_visible()


def test_staff_sign_in_with_a_password_and_a_code(visitor: Page) -> None:
    auditor = next(one for one in demonstration.ACCOUNTS if one.key == "auditor")
    visitor.goto("/desk")
    visitor.get_by_label("E-mail address").fill(auditor.email)
    visitor.get_by_label("Password").fill("not the password")
    press(visitor, "Sign in")
    expect(visitor.get_by_role("alert")).to_be_visible()
    visitor.get_by_label("Password").fill(demonstration.password(auditor))
    press(visitor, "Sign in")
    expect(visitor.get_by_role("heading", level=1, name="Your second factor")).to_be_visible()
    visitor.goto("/desk")  # a password alone opens nothing
    expect(visitor.get_by_role("heading", level=1, name="Your second factor")).to_be_visible()
    visitor.get_by_label("Code").fill(pyotp.TOTP(demonstration.secret(auditor)).now())
    press(visitor, "Go on")
    expect(visitor.get_by_role("heading", level=1, name="Desk")).to_be_visible()
    press(visitor, "Sign out")
    visitor.goto("/desk")
    expect(visitor.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_a_refused_vendor_appeals_and_is_heard_by_another(signed_in: As) -> None:
    name = "（演示）刀具管理"
    with signed_in("city-reviewer") as page:
        open_application(page, name)
        page.get_by_text("Refuse", exact=True).click()
        page.locator("#refuse_code").select_option("criteria")
        page.locator("#refuse_reason").fill("看不出与现有系统有何不同。")
        press(page, "Refuse it")
        expect(page.get_by_text("There is nothing to decide at this stage.")).to_be_visible()
    with signed_in("owner") as page:
        page.goto("/workspace")
        page.get_by_role("link", name=re.compile(name)).first.click()
        page.get_by_role("link", name="Appeal against the refusal").click()
        page.get_by_role("textbox").first.fill("区别写在附件第二页，请再看一次。")
        press(page, re.compile("ppeal"))
    with signed_in("publisher") as page:
        page.goto("/desk/appeals")
        waiting = page.get_by_role("row").filter(has_text="Waits for a decision")
        waiting.filter(has_text=VENDOR).filter(has_text=name).get_by_role("link").first.click()
        expect(page.get_by_text(name)).to_be_visible()
        page.get_by_role("radio", name=re.compile("^Allow")).check()
        page.get_by_role("textbox").first.fill("材料属实，重新受理。")
        press(page, "Decide the appeal")
        expect(page.get_by_text("Allowed").first).to_be_visible()
    with transaction(writes=False) as db:
        application = db.exec(select(Application).where(Application.name == name)).one()
        assert application.stage == "submitted"
        assert application.due_on
        assert application.due_on >= add_working_days(today(), 1)


PAGES = {
    "": ("/sign-in", "/register", "/forgotten", "/notices", "/spot-checks", "/needs"),
    "owner": (
        "/account",
        "/account/organisations",
        "/account/password",
        "/account/second-factor",
        "/workspace",
        "/workspace/sightings",
        "workspace/applications",
        "workspace/listings",
        "/workspace/fitting-needs",
        "/inquiries",
        "/inquiries/answers",
        "/inquiries/blocks",
    ),
    "factory": (
        "/account/certification",
        "/account/searches",
        "/workspace/needs",
        "/workspace/self-check",
        "/workspace/self-check/new",
        "/workspace/shortlists",
    ),
    "publisher": (
        "/desk",
        "/desk/applications",
        "desk/applications",
        "/desk/batches",
        "/desk/assessments",
        "desk/assessments",
        "/desk/listings",
        "desk/listings",
        "/desk/spot-checks",
        "/desk/appeals",
        "desk/appeals",
        "/desk/inquiries",
        "/desk/inquiries?tab=figures",
        "/desk/matches",
        "/desk/ratings",
        "/desk/reports",
    ),
    "reviewer": ("/desk/merges", "/desk/certifications", "desk/certifications", "/desk/claims"),
    "auditor": ("/desk/audit",),
    "administrator": ("/desk/criteria", "/desk/staff"),
}


AREAS = re.compile(
    r"/(account(?!/searches)|workspace(?!/(needs|shortlists|self-check|fitting))"
    r"|appeals|desk|notices|spot-checks|register|sign-in|forgotten)"
)
FILES = re.compile(r"/(licence|evidence/[^/]+|export/[^/]+|[^/]+\.(svg|json|ics|pdf))$")
LANGUAGES = {"desk": "en", "phone": "zh-Hans"}
LINKS = "main a[href^='/']"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", PAGES)
def test_every_page_of_theirs_can_be_used_by_everybody(
    chromium: Browser, people_address: str, who: str, width: str
) -> None:
    """Those named, and one of each kind that they lead to; wide in English, narrow in Chinese."""
    session, size = token_of(f"{who}@demo.example") if who else "", WIDTHS[width]
    known = {"session": session, "language": LANGUAGES[width]}
    with page_of(chromium, people_address, width=size, **known) as page:
        waiting = [path if path.startswith("/") else _first(page, path) for path in PAGES[who]]
        seen: set[str] = set()
        while waiting:
            path = waiting.pop(0)
            route = _route_of(path)
            if not route or route in seen:
                continue
            seen.add(route)
            examine(page, path)
            waiting += page.eval_on_selector_all(LINKS, "all => all.map(one => one.pathname)")


def _route_of(path: str) -> str:
    """Which kind of page an address is of; empty for files and for other areas."""
    if not AREAS.match(path) or FILES.search(path):
        return ""
    pages = sorted(route for route in ROUTES if route.startswith("GET "))  # "{" comes last
    return next((one for one in pages if re.fullmatch(PART.sub("[^/]+", one[4:]), path)), "")


def _first(page: Page, folder: str) -> str:
    """The address of the first thing in a list."""
    page.goto(f"/{folder}" if folder.startswith("desk") else "/workspace")
    link = page.locator(f"main a[href^='/{folder}/']").first
    return str(link.get_attribute("href"))
