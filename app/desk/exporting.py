"""Lists of the desk as files: one registry of tables, and who may have them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.core import audit
from app.core.access import Can
from app.core.errors import Invalid, NotFound
from app.core.formats import today
from app.core.i18n import _
from app.core.sheets import File, Format, as_file

MOST = 50_000  # rows in one file
NOT_FILTERS = frozenset({"page", "lang"})

Filters = Mapping[str, str]
Rows = Callable[[Session, Visitor, Filters], Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Table:
    """One list of the desk: what it and its columns are called (msgids), and what it holds.

    `rows` answers only what lies inside the region of whoever asks, at most `MOST` and one more;
    it takes the filters that the list's own page takes. `needs` is what its page needs.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: Rows
    needs: Can


TABLES: dict[str, Table] = {}


def table(
    name: str, title: str, columns: Sequence[str], *, needs: Can = Can.READ_DESK
) -> Callable[[Rows], Rows]:
    """Declare a list that can be exported: `rows(db, visitor, filters)` answers its rows."""

    def declare(rows: Rows) -> Rows:
        TABLES[name] = Table(name, title, columns, rows, needs)
        return rows

    return declare


def tables_for(visitor: Visitor) -> list[Table]:
    """The lists that this person may export."""
    return [one for one in TABLES.values() if visitor.may(one.needs)]


def find_for(visitor: Visitor, name: str) -> Table:
    """Raises `NotFound` where there is no such list for this person."""
    found = TABLES.get(name)
    if found is None or not visitor.may(found.needs):
        raise NotFound("There is no such list.")
    return found


def filters_of(query: str) -> dict[str, str]:
    """How the list is narrowed on its page: the query of that page's address."""
    pairs = parse_qsl(query.replace("\0", "").replace("%00", ""))
    return {name: value for name, value in pairs if name not in NOT_FILTERS and value}


def export(db: Session, table: Table, form: Format, filters: Filters, *, by: Visitor) -> File:
    """A list as a file; that it was taken out is noted with how much and which part of it.

    Raises `Invalid` for more rows than fit.
    """
    rows = list(table.rows(db, by, filters))
    if len(rows) > MOST:
        raise Invalid("These are more than {most} rows. Narrow the list first.", most=MOST)
    columns = [_(column) for column in table.columns]
    taken: dict[str, Any] = {"rows": len(rows), "format": str(form), "filters": dict(filters)}
    audit.record(db, by, "list.exported", f"list:{table.name}", **taken)
    name = f"{table.name}-{today().isoformat()}"
    return as_file(name, _(table.title), columns, rows, form)
