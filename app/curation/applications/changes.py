"""What an application changes of a live listing, and what of that changed there meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.catalogue.models import Record, Revision
from app.catalogue.service import snapshot
from app.curation.applications.fields import FIELDS
from app.curation.applications.models import Application
from app.curation.folding import is_empty
from search.engine import Kind


@dataclass(frozen=True, slots=True)
class Changed:
    """The fields that an application changes with what they are to say; which of them the live
    listing changed since it was handed in; and what the listing said then."""

    values: Mapping[str, Any]
    overtaken: tuple[str, ...]
    base: Mapping[str, Any]


def changed(db: Session, application: Application, record: Record | None) -> Changed:
    """Field by field: only what the vendor changed is changed, so that nothing else goes back."""
    if record is None:
        said = {name: value for name, value in application.values.items() if not is_empty(value)}
        return Changed(said, (), {})
    live = snapshot(record)
    base = live if record.version == application.base_version else _base(db, application, live)
    wanted = {
        name: application.values.get(name)
        for name in _sayable(Kind(application.kind))
        if not same(application.values.get(name), base.get(name))
    }
    overtaken = tuple(
        name
        for name, value in wanted.items()
        if not same(live.get(name), base.get(name)) and not same(live.get(name), value)
    )
    return Changed(wanted, overtaken, base)


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same; nothing and empty do."""
    return one == other or (is_empty(one) and is_empty(other))


def _sayable(kind: Kind) -> list[str]:
    """What a vendor may say: what they leave out of it is to be empty."""
    own = [field.name for field in FIELDS[kind] if not field.english_of]
    return [*own, "translations"]


def _base(db: Session, application: Application, live: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the listing said when the application was handed in, which rests on that."""
    moment = application.promised_at or application.created_at
    kept = select(Revision.values).where(
        Revision.record_id == application.record_id, col(Revision.at) <= moment
    )
    found = db.exec(kept.order_by(col(Revision.number).desc())).first()
    return found if found is not None else live
