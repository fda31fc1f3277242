"""A shortlist as its pages and files show it, frozen or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.alerts import reading as alerts
from app.alerts.reading import Saved
from app.catalogue.addresses import address
from app.catalogue.facts import Fact, comparable_facts, facts_of
from app.catalogue.models import Case, Record, Solution
from app.core.access import Can
from app.core.db import at
from app.shortlists import seeing
from app.shortlists.following import Followed, Standing, follow
from app.shortlists.freezing import as_it_was
from app.shortlists.keeping import items_of
from app.shortlists.models import Shortlist, ShortlistItem
from search.engine import Kind


@dataclass(frozen=True, slots=True)
class Item:
    """One listing of a list: what it says (as it was, on a frozen list), and where it is today."""

    row: ShortlistItem
    record: Record | None
    facts: Sequence[Fact]
    today: Followed

    @property
    def name(self) -> str:
        return self.record.name if self.record else self.today.name

    @property
    def former_name(self) -> str:
        """What it was called before it became part of another one; empty if it did not."""
        return self.today.name if self.today.standing is Standing.MERGED else ""

    @property
    def href(self) -> str:
        """The address of its page today; empty when it has none any more."""
        return address(self.today.record) if self.today.record else ""

    @property
    def vendor(self) -> str:
        record = self.record
        vendor = record.vendor if isinstance(record, Solution | Case) else None
        return vendor.name if vendor else ""

    @property
    def changed_since(self) -> bool:
        """Whether the public listing says something else by now than what was kept."""
        live, kept = self.today.record, self.row.frozen_version
        return bool(live and kept is not None and live.version != kept)


@dataclass(frozen=True, slots=True)
class Contents:
    """A list with everything on it, and what this person may do with it."""

    shortlist: Shortlist
    owner: str
    items: Sequence[Item]
    searches: Sequence[Saved]
    is_own: bool
    may_change: bool

    @property
    def is_frozen(self) -> bool:
        return self.shortlist.frozen_at is not None

    @property
    def is_comparable(self) -> bool:
        """Whether two listings of one kind stand on it."""
        kinds = [item.record.KIND for item in self.items if item.record]
        return len(kinds) > len(set(kinds))


def look(db: Session, visitor: Visitor, shortlist_id: UUID) -> Contents:
    """The list as this person sees it. Raises `NotFound` for hidden and missing alike."""
    shortlist = seeing.find(db, visitor, shortlist_id)
    rows = items_of(db, shortlist.id)
    today = follow(db, rows)
    owner = db.exec(select(Person.name).where(col(Person.id) == shortlist.owner_id)).one()
    may_keep = visitor.may(Can.KEEP_SHORTLISTS)
    return Contents(
        shortlist=shortlist,
        owner=owner,
        items=[_item(shortlist, row, today[row.id]) for row in rows],
        searches=alerts.of_shortlist(db, shortlist.id),
        is_own=may_keep and shortlist.owner_id == visitor.person_id,
        may_change=may_keep and shortlist.frozen_at is None,
    )


def _item(shortlist: Shortlist, row: ShortlistItem, today: Followed) -> Item:
    if shortlist.frozen_at is None:
        return Item(row, today.record, _facts(today.record), today)
    record = as_it_was(Kind(row.kind), row.frozen or {})
    with at(shortlist.frozen_at):  # what has ended since had not
        return Item(row, record, _facts(record), today)


def _facts(record: Record | None) -> list[Fact]:
    """Everything that the listing's page says of it."""
    if record is None:
        return []
    summary, *_own, source = comparable_facts(record)
    return [summary, *facts_of(record), source]
