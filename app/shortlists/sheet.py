"""A shortlist as a file for spreadsheets."""

from collections.abc import Iterator
from typing import Any

from app.catalogue.addresses import permanent_address
from app.catalogue.labels import code_label, kind_label, region_label
from app.catalogue.service import stated
from app.core.formats import format_moment, today
from app.core.i18n import _, mark
from app.core.settings import get_settings
from app.core.sheets import File, Format, as_file
from app.shortlists.contents import Contents, Item
from app.shortlists.following import Standing

STANDINGS = {
    Standing.PUBLIC: mark("In the pool"),
    Standing.MERGED: mark("Part of another listing now"),
    Standing.HIDDEN: mark("Hidden while it is looked into"),
    Standing.GONE: mark("No longer in the pool"),
}
COLUMNS = (
    mark("No."),
    mark("Kind"),
    mark("Identifier"),
    mark("Name"),
    mark("Vendor"),
    mark("Standing today"),
    mark("Version"),
    mark("Frozen on"),
    mark("Summary"),
    mark("Scenarios"),
    mark("Industries"),
    mark("Place"),
    mark("Price"),
    mark("Note"),
    mark("Source"),
    mark("Address"),
)


def as_sheet(contents: Contents, form: Format) -> File:
    """The list as a file; its cells are no formulas."""
    title = contents.shortlist.title
    name = f"{title}-{today().isoformat()}".replace("/", "-")
    return as_file(name, title, [_(column) for column in COLUMNS], _rows(contents), form)


def _rows(contents: Contents) -> Iterator[list[Any]]:
    frozen = format_moment(contents.shortlist.frozen_at)
    home = get_settings().public_url.rstrip("/")
    for place, item in enumerate(contents.items, start=1):
        yield [place, kind_label(item.row.kind), *_said(item, frozen, home)]


def _said(item: Item, frozen: str, home: str) -> list[Any]:
    record, standing = item.record, _(STANDINGS[item.today.standing])
    if record is None:
        return ["", item.name, "", standing, "", frozen, *[""] * 5, item.row.note, "", ""]
    said = {fact.field: fact.text for fact in item.facts}
    region = stated(record, "region") if "region" in record.STATED else None
    return [
        record.identifier,
        record.name,
        item.vendor,
        standing,
        record.version,
        frozen,
        record.summary,
        _codes(item, "scenario", "scenarios"),
        _codes(item, "industry", "industries"),
        region_label(region) if region else "",
        said.get("price_text", ""),
        item.row.note,
        record.source,
        home + permanent_address(record.identifier),
    ]


def _codes(item: Item, facet: str, field: str) -> list[str]:
    return [code_label(facet, code) for code in getattr(item.record, field, ())]
