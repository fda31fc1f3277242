"""The earlier states of a draft or of a listing, and two of them side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from app.accounts.models import Person
from app.catalogue.models import Record, Revision
from app.catalogue.reading import Page
from app.core.errors import NotFound
from app.curation.applications import drafts
from app.curation.applications.differences import Difference, differences
from app.curation.applications.forms import Values
from app.curation.applications.models import Application
from app.workspace.editing import Form
from search.engine import Kind

SIZE = 30


@dataclass(frozen=True, slots=True)
class State:
    """One state: its number, when it was kept and by whom."""

    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Story:
    """A page of states, newest first, and how the two that were chosen differ."""

    page: Page
    old: int | None
    new: int | None
    differences: Sequence[Difference]


def of_draft(db: Session, application: Application, old: str, new: str, *, page: int) -> Story:
    """The states of a draft. Raises `NotFound` for a number that it does not have."""
    found = drafts.saved(db, application, page=page, size=SIZE)
    names = _names(db, {draft.by for draft in found.items})
    items = [State(d.number, d.at, names.get(d.by, "")) for d in found.items]
    numbers = _chosen(old, new, items)
    values = [draft.values for draft in drafts.states(db, application, numbers)]
    return _story(Kind(application.kind), found, items, numbers, values)


def of_listing(db: Session, record: Record, old: str, new: str, *, page: int) -> Story:
    """What a listing said at each time that it was published or changed."""
    of_this = Revision.record_id == record.id
    total = db.exec(select(func.count()).select_from(Revision).where(of_this)).one()
    chosen = select(Revision).where(of_this).order_by(col(Revision.number).desc())
    rows = db.exec(chosen.offset((page - 1) * SIZE).limit(SIZE)).all()
    items = [State(row.number, row.at, "") for row in rows]
    numbers = _chosen(old, new, items)
    values = [revision(db, record, number).values for number in numbers]
    found = Page(items=rows, total=total, number=page, size=SIZE)
    return _story(record.KIND, found, items, numbers, values)


def revision(db: Session, record: Record, number: int) -> Revision:
    """One revision of a listing; raises `NotFound` where there is none of this number."""
    chosen = select(Revision).where(Revision.record_id == record.id, Revision.number == number)
    found = db.exec(chosen).first()
    if found is None:
        raise NotFound("There is no such state.")
    return found


def sayable_of(record: Record, state: Revision) -> Values:
    """What a revision said in the fields that its vendor may change."""
    names = drafts.sayable(record.KIND)
    return {name: state.values[name] for name in names if state.values.get(name)}


def to_mend(application: Application, form: Form) -> dict[str, Any]:
    """What the editor shows when an old state breaks today's rules."""
    return {"application": application, "typed": form, "is_overtaken": False, "is_part": False}


def _story(
    kind: Kind,
    found: Page,
    items: Sequence[State],
    numbers: Sequence[int],
    values: Sequence[Mapping[str, Any]],
) -> Story:
    page = Page(items=items, total=found.total, number=found.number, size=found.size)
    if len(numbers) < 2:
        return Story(page, None, None, ())
    return Story(page, numbers[0], numbers[1], differences(kind, values[0], values[1]))


def _chosen(old: str, new: str, items: Sequence[State]) -> list[int]:
    """The two numbers to compare: as asked, else the newest with the one before."""
    if _is_number(old) and _is_number(new):
        return [int(old), int(new)]
    newest = [state.number for state in items[:2]]
    return newest[::-1] if len(newest) > 1 else []


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


def _names(db: Session, ids: set[Any]) -> dict[Any, str]:
    chosen = select(Person.id, Person.name).where(col(Person.id).in_(ids))
    return dict(db.exec(chosen).all()) if ids else {}
