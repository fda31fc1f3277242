"""Keeping a shortlist: begin, describe, share, put on, order, take off, copy, delete.

Whoever changes a list holds it until their transaction ends, so that nothing is changed in one
that is being frozen.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete as delete_from
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from app.accounts.visitor import Visitor
from app.alerts import saving
from app.catalogue.models import Record
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import mark
from app.matching.models import Match
from app.shortlists.models import Shortlist, ShortlistItem
from app.shortlists.seeing import find
from search.engine import Kind

KINDS = (Kind.SOLUTION, Kind.VENDOR, Kind.CASE)  # what can be put on a list
MOST_ITEMS = 100
MOST_LISTS = 200  # of one person in one organisation
LONGEST_TITLE, LONGEST_NOTE = 80, 2000  # characters
COPIED = ("kind", "record_id", "match_id", "position", "note")
FROZEN = mark("“{title}” is frozen. Nothing in it can be changed; copy it to go on from there.")


def title_fault(title: str) -> str:
    """The msgid that says what is wrong with the title of a list; empty when nothing is."""
    if not title:
        return mark("Give the list a name.")
    too_long = len(title) > LONGEST_TITLE
    return mark("Say it in at most {most} characters.") if too_long else ""


def begin(db: Session, title: str, *, by: Visitor, need_id: UUID | None = None) -> Shortlist:
    """A new list, which only its owner sees. Raises `Invalid` for a title that is none."""
    fault = title_fault(title)
    if fault:
        raise Invalid(fault, most=LONGEST_TITLE)
    if by.organisation_id is None:
        raise Forbidden("You may not do this.")
    own = (Shortlist.owner_id == by.person_id, Shortlist.organisation_id == by.organisation_id)
    if db.exec(select(func.count()).select_from(Shortlist).where(*own)).one() >= MOST_LISTS:
        raise Conflict("You have {most} lists. Delete one first.", most=MOST_LISTS)
    shortlist = Shortlist(
        organisation_id=by.organisation_id, owner_id=by.person_id, title=title, need_id=need_id
    )
    db.add(shortlist)
    db.flush()  # what is put on it refers to it
    return shortlist


def to_change(
    db: Session, shortlist_id: UUID, *, by: Visitor, version: int | None = None
) -> Shortlist:
    """A list that may still be changed, held until the transaction ends.

    Raises `NotFound` for one that is not seen, `Conflict` for one that is frozen or, where a
    `version` is given, was changed since that was read.
    """
    shortlist = find(db, by, shortlist_id, to_change=True)
    if shortlist.frozen_at is not None:
        raise Conflict(FROZEN, title=shortlist.title)
    if version is not None and version != shortlist.version:
        raise Conflict("Somebody else changed this in the meantime. Load it again.")
    return shortlist


def touch(shortlist: Shortlist) -> None:
    """Note that something in it changed."""
    shortlist.version += 1
    shortlist.updated_at = now()


def describe(
    db: Session, shortlist_id: UUID, title: str, note: str, version: int, *, by: Visitor
) -> None:
    """Change what a list is called and what is said about it."""
    shortlist = to_change(db, shortlist_id, by=by, version=version)
    fault = title_fault(title)
    if fault or len(note) > LONGEST_NOTE:
        most = LONGEST_NOTE if not fault else LONGEST_TITLE
        raise Invalid(fault or mark("Say it in at most {most} characters."), most=most)
    shortlist.title, shortlist.note = title, note
    touch(shortlist)


def share(db: Session, shortlist_id: UUID, *, shared: bool, by: Visitor) -> None:
    """Show a list to everybody in the organisation, or to nobody but its owner again."""
    shortlist = _own(find(db, by, shortlist_id, to_change=True), by)
    if shortlist.is_shared != shared:
        shortlist.is_shared = shared
        touch(shortlist)
        if shared:
            audit.record(db, by, "shortlist.shared", shortlist)
        else:
            audit.record(db, by, "shortlist.unshared", shortlist)


def delete(db: Session, shortlist_id: UUID, *, by: Visitor) -> None:
    """Remove a list that is not frozen; searches that belong to it stay their owners'.

    Raises `Conflict` where something else rests on it, as an inquiry that was made from it.
    """
    shortlist = _own(to_change(db, shortlist_id, by=by), by)
    on_it = delete_from(ShortlistItem).where(col(ShortlistItem.shortlist_id) == shortlist.id)
    try:
        with db.begin_nested():
            saving.untie_all(db, shortlist.id)
            db.execute(on_it)
            db.delete(shortlist)
    except IntegrityError as error:
        raise Conflict("“{title}” is still used elsewhere.", title=shortlist.title) from error
    audit.record(db, by, "shortlist.deleted", shortlist)


def _own(shortlist: Shortlist, by: Visitor) -> Shortlist:
    if shortlist.owner_id != by.person_id:
        raise Forbidden("Only who began the list can do this.")
    return shortlist


def put(
    db: Session, shortlist_id: UUID, record: Record, *, by: Visitor, match: Match | None = None
) -> ShortlistItem:
    """Put a public listing at the end of a list; one that is there already stays as it is."""
    if record.KIND not in KINDS:
        raise Invalid("Only solutions, vendors and cases can be put on a list.")
    shortlist = to_change(db, shortlist_id, by=by)
    items = items_of(db, shortlist.id)
    present = next((item for item in items if item.record_id == record.id), None)
    if present is not None:
        present.match_id = present.match_id or (match.id if match else None)
        return present
    if len(items) >= MOST_ITEMS:
        raise Conflict(
            "“{title}” is full: a list holds {most}.", title=shortlist.title, most=MOST_ITEMS
        )
    item = ShortlistItem(
        shortlist_id=shortlist.id,
        kind=record.KIND,
        record_id=record.id,
        match_id=match.id if match else None,
        position=len(items),
        added_by=by.person_id,
    )
    db.add(item)
    touch(shortlist)
    return item


def items_of(db: Session, shortlist_id: UUID) -> Sequence[ShortlistItem]:
    """What is on a list, in its order."""
    chosen = select(ShortlistItem).where(ShortlistItem.shortlist_id == shortlist_id)
    return db.exec(chosen.order_by(col(ShortlistItem.position), col(ShortlistItem.added_at))).all()


def _item(items: Sequence[ShortlistItem], item_id: UUID) -> ShortlistItem:
    for item in items:
        if item.id == item_id:
            return item
    raise NotFound("This is not on the list any more.")


def note(db: Session, shortlist_id: UUID, item_id: UUID, text: str, *, by: Visitor) -> None:
    """Say something about what is on a list."""
    shortlist = to_change(db, shortlist_id, by=by)
    item = _item(items_of(db, shortlist.id), item_id)
    if len(text) > LONGEST_NOTE:
        raise Invalid("Say it in at most {most} characters.", most=LONGEST_NOTE)
    if item.note != text:
        item.note = text
        touch(shortlist)


def move(db: Session, shortlist_id: UUID, item_id: UUID, *, up: bool, by: Visitor) -> None:
    """Let something change places with what stands before it, or after it."""
    shortlist = to_change(db, shortlist_id, by=by)
    items = list(items_of(db, shortlist.id))
    place = items.index(_item(items, item_id))
    other = place - 1 if up else place + 1
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
        _number(items)
        touch(shortlist)


def take_off(db: Session, shortlist_id: UUID, item_id: UUID, *, by: Visitor) -> None:
    """Remove something from a list."""
    shortlist = to_change(db, shortlist_id, by=by)
    items = list(items_of(db, shortlist.id))
    item = _item(items, item_id)
    items.remove(item)
    db.delete(item)
    _number(items)
    touch(shortlist)


def _number(items: Sequence[ShortlistItem]) -> None:
    for place, item in enumerate(items):
        item.position = place


def copy(db: Session, shortlist_id: UUID, title: str, *, by: Visitor) -> Shortlist:
    """A new list of one's own with what stands on this one, frozen or not, as it is today."""
    source = find(db, by, shortlist_id)
    made = begin(db, title[:LONGEST_TITLE], by=by, need_id=source.need_id)
    made.note = source.note
    for item in items_of(db, source.id):
        own = {name: getattr(item, name) for name in COPIED}
        db.add(ShortlistItem(shortlist_id=made.id, added_by=by.person_id, **own))
    return made
