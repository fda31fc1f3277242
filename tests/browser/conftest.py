"""A real Chromium before a real server over a small pool of its own."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.accounts.visitor import cookie_name
from app.catalogue import index
from app.core.db import get_engine, transaction
from app.core.settings import get_settings
from app.main import create_app
from search.engine import Kind
from tests.factories import a_record
from tests.processes import serving

WIDTHS = {"desk": 1280, "phone": 390}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, without the sandbox that containers cannot give it."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a site that is served for this module."""
    home = tmp_path_factory.mktemp("site")
    with served(home, fresh_database(), _fill) as address:
        yield address


@contextmanager
def served(home: Path, database_url: str, fill: Callable[[], None]) -> Iterator[str]:
    """Serves a site over a database that is filled first; its address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOL_HOME", str(home))
        patch.setenv("POOL_DATABASE_URL", database_url)
        _forget()
        fill()
        with serving(create_app(worker=False)) as address:
            yield address
        index.get_searcher().close()
        get_engine().dispose()
    _forget()


def _forget() -> None:
    for kept in (get_settings, get_engine, index.get_searcher):
        kept.cache_clear()


def _fill() -> None:
    with transaction() as db:
        vendor = a_record(db, Kind.VENDOR, region="441900", kind="platform", website="a.cn")
        for number in range(24):
            a_record(
                db,
                Kind.SOLUTION,
                name=f"注塑机联网方案{number}",
                vendor_id=vendor.id,
                summary="采集注塑机状态，停机时在手机上告警。" * 4,
                scenarios=["equipment-connectivity" if number % 2 else "energy-management"],
                industries=["C29"],
                source="https://example.com/a-rather-long-address/without-any-place-to-break-it",
            )
        a_record(db, Kind.CASE, name="某塑胶厂上云", vendor_id=vendor.id, year=2024)
        a_record(db, Kind.INFORMATION, name="上云补贴通知", category="policy", issued_on="2024-03")
        a_record(db, Kind.TRAINING, name="设备联网培训", starts_on="2024-03-27", mode="online")
    with transaction(writes=False) as db:
        index.rebuild(db)


@pytest.fixture(params=WIDTHS)
def screen(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """A page that may go nowhere but to the site, in either width, with scripts."""
    with page_of(chromium, address, width=WIDTHS[request.param]) as page:
        yield page


@pytest.fixture
def plain(chromium: Browser, address: str) -> Iterator[Page]:
    """A page of a visitor who has scripts off."""
    with page_of(chromium, address, width=WIDTHS["desk"], scripts=False) as page:
        yield page


@contextmanager
def page_of(
    browser: Browser,
    address: str,
    *,
    width: int,
    scripts: bool = True,
    session: str = "",
    language: str = "en",
) -> Iterator[Page]:
    """A page that may go nowhere but to the site; signed in where a session's token is given."""
    context = browser.new_context(
        base_url=address,
        java_script_enabled=scripts,
        viewport={"width": width, "height": 900},
    )
    cookies = {"lang": language, **({cookie_name(): session} if session else {})}
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert not [url for url in asked if not url.startswith((address, "data:"))]
    assert faults == []
