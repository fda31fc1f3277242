"""The readable address of every public thing, and the permanent one."""

from collections.abc import Mapping

from app.catalogue.models import Record
from search.engine import Kind

FOLDERS: Mapping[Kind, str] = {
    Kind.SOLUTION: "solutions",
    Kind.VENDOR: "vendors",
    Kind.CASE: "cases",
    Kind.INFORMATION: "information",
    Kind.TRAINING: "trainings",
}


def address(record: Record) -> str:
    """The path of a record's own page."""
    return f"/{FOLDERS[record.KIND]}/{record.slug}"


def permanent_address(identifier: str) -> str:
    """The path that leads to a thing for ever, whatever it is called by then."""
    return f"/id/{identifier}"
