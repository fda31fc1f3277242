"""What programs read to follow the site: Atom feeds, sitemap, robots.txt, search description."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from itertools import chain, islice
from xml.etree import ElementTree as Tree

from fastapi import APIRouter
from sqlmodel import Session, col, select
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from app.catalogue import reading
from app.catalogue.addresses import FOLDERS, address, permanent_address
from app.catalogue.models import MODELS, Record
from app.catalogue.stages import Stage
from app.core.access import Public
from app.core.db import Db, now
from app.core.errors import NotFound
from app.core.forms import NumberInAddress
from app.core.i18n import _, current_language
from app.core.settings import get_settings
from app.core.static import static_url
from search.engine import Kind

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
ENTRIES = 50  # in a feed
MOST_ADDRESSES = 50_000  # in one sitemap, by its standard
LISTINGS = (Kind.SOLUTION, Kind.VENDOR, Kind.CASE)
PAGES = (
    "/",
    "/search",
    "/vendors",
    "/cases",
    "/trainings",
    "/information",
    "/how-ranking-works",
    "/sources",
    "/accessibility",
    "/api/v1/docs",
)
ROBOTS = """User-agent: *
Disallow: /compare
Disallow: /inquiries
Disallow: /suggest
Disallow: /search?
Disallow: /vendors?
Disallow: /cases?

Sitemap: {home}/sitemap.xml
"""

# What XML cannot hold.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Address = tuple[str, datetime | None]

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/feeds/listings.xml", name="feeds:listings")
def listings(db: Db) -> Response:
    """The newest solutions, vendors and cases."""
    found = chain.from_iterable(reading.newest(db, kind, ENTRIES) for kind in LISTINGS)
    newest = sorted(found, key=lambda r: r.published_at or r.created_at, reverse=True)
    return _atom("/feeds/listings.xml", _("New in the pool"), newest[:ENTRIES])


@router.get("/feeds/information.xml", name="feeds:information")
def information(db: Db) -> Response:
    """The newest policy and industry information."""
    newest = reading.newest(db, Kind.INFORMATION, ENTRIES)
    return _atom("/feeds/information.xml", _("New policies and industry information"), newest)


@router.get("/favicon.ico", name="feeds:icon")
def icon() -> Response:
    """Browsers ask here where no page names the icon: beside feeds and JSON."""
    return RedirectResponse(static_url("favicon.svg"), HTTPStatus.TEMPORARY_REDIRECT)


@router.get("/sitemap.xml", name="feeds:sitemap")
def sitemap(db: Db) -> Response:
    """Every public page, or an index of sitemaps when they are too many for one."""
    total = len(PAGES) + sum(reading.counts(db).values())
    if total <= MOST_ADDRESSES:
        return _urlset(_addresses(db))
    root = Tree.Element("sitemapindex", xmlns=SITEMAP)
    for number in range(1, -(-total // MOST_ADDRESSES) + 1):
        _add(Tree.SubElement(root, "sitemap"), "loc", f"{_home()}/sitemaps/{number}.xml")
    return _xml(root)


@router.get("/sitemaps/{number}.xml", name="feeds:sitemap_part")
def sitemap_part(db: Db, number: NumberInAddress) -> Response:
    """One part of a sitemap that is too long, counted from 1."""
    start = (number - 1) * MOST_ADDRESSES
    part = list(islice(_addresses(db), start, start + MOST_ADDRESSES)) if number > 0 else []
    if not part:
        raise NotFound("There is no such page.")
    return _urlset(part)


@router.get("/robots.txt", name="feeds:robots")
def robots() -> Response:
    """Pages may be crawled; endless combinations of filters need not be."""
    return PlainTextResponse(ROBOTS.format(home=_home()))


@router.get("/opensearch.xml", name="feeds:opensearch")
def opensearch() -> Response:
    """Lets a browser offer the pool as a search engine."""
    root = Tree.Element("OpenSearchDescription", xmlns=OPENSEARCH)
    _add(root, "ShortName", "粤工汇")
    _add(root, "Description", _("Guangdong's supply pool for the industrial internet"))
    _add(root, "InputEncoding", "UTF-8")
    template = f"{_home()}/search?q={{searchTerms}}"
    Tree.SubElement(root, "Url", type="text/html", template=template)
    return _xml(root, "application/opensearchdescription+xml")


def _atom(path: str, title: str, records: Sequence[Record]) -> Response:
    root = Tree.Element("feed", {"xmlns": ATOM, "xml:lang": current_language()})
    _add(root, "id", _home() + path)
    _add(root, "title", f"{title} · 粤工汇")
    _add(root, "updated", _stamp(max((r.updated_at for r in records), default=now())))
    Tree.SubElement(root, "link", rel="self", type="application/atom+xml", href=_home() + path)
    Tree.SubElement(root, "link", rel="alternate", type="text/html", href=_home() + "/")
    _add(Tree.SubElement(root, "author"), "name", "粤工汇")
    for record in records:
        _entry(Tree.SubElement(root, "entry"), record)
    return _xml(root, "application/atom+xml")


def _entry(entry: Tree.Element, record: Record) -> None:
    _add(entry, "id", _home() + permanent_address(record.identifier))
    _add(entry, "title", record.name)
    _add(entry, "updated", _stamp(record.updated_at))
    _add(entry, "published", _stamp(record.published_at or record.created_at))
    Tree.SubElement(entry, "link", rel="alternate", href=_home() + address(record))
    Tree.SubElement(entry, "category", term=record.KIND.value)
    _add(entry, "summary", record.summary or record.name)


def _addresses(db: Session) -> Iterator[Address]:
    """Every public page with the moment it last changed; records are not loaded whole."""
    yield from ((path, None) for path in PAGES)
    for kind, model in MODELS.items():
        public = select(model.slug, model.updated_at).where(model.stage == Stage.PUBLISHED)
        for slug, updated_at in db.exec(public.order_by(col(model.identifier))):
            yield f"/{FOLDERS[kind]}/{slug}", updated_at


def _urlset(addresses: Iterable[Address]) -> Response:
    root = Tree.Element("urlset", xmlns=SITEMAP)
    for path, updated_at in addresses:
        url = Tree.SubElement(root, "url")
        _add(url, "loc", _home() + path)
        if updated_at:
            _add(url, "lastmod", _stamp(updated_at))
    return _xml(root)


def _add(parent: Tree.Element, name: str, text: str) -> None:
    Tree.SubElement(parent, name).text = UNWRITABLE.sub("", text)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _home() -> str:
    return get_settings().public_url.rstrip("/")


def _xml(root: Tree.Element, media_type: str = "application/xml") -> Response:
    body = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    headers = {"Cache-Control": "max-age=300", "Vary": "Accept-Language, Cookie"}
    return Response(body, media_type=media_type, headers=headers)
