"""News: a listing that became public, or says something new, and the searches it is new for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.alerts import rhythms
from app.alerts.models import News, Watch, WatchPlan
from app.alerts.percolating import fits, waiting_for
from app.catalogue.documents import document_of
from app.catalogue.following import follows
from app.catalogue.index import get_searcher, get_vocabulary
from app.catalogue.models import MODELS, Case, Record, Revision, Solution, Vendor
from app.catalogue.past import restored
from app.catalogue.reading import OPTIONS
from app.catalogue.stages import Stage
from app.core.db import lock
from app.curation.oversight.models import WhitelistEntry
from search.engine import Document, Kind

BATCH = 50
NOTING = 4_402_271  # the number of a lock; it means nothing


@follows("alerts.listing_published", *Kind, batch=BATCH)
def listing_published(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Note for whom these listings are news; safe to repeat, as each is noted once."""
    records = {record.identifier: record for record in _public(db, payloads)}
    documents = [document_of(record, get_vocabulary()) for record in records.values()]
    found = waiting_for(db, documents)
    if not found:
        return
    lock(db, NOTING)  # or two at once would note the same
    watches = _watches(db, found)
    for watch_id, identifiers in found.items():
        watch, plan = watches[watch_id]
        fresh = [r for r in map(records.__getitem__, identifiers) if _is_new(db, watch, plan, r)]
        note(db, watch, [(record.KIND, record.id, 0.0) for record in fresh])


def note(db: Session, watch: Watch, listings: Iterable[tuple[Kind, UUID, float]]) -> None:
    """Keep (kind, record, score) as news for a watch, and have it told in time.

    What was told is not told again; what was noted and could not be told waits once more.
    """
    wanted = {record_id: (kind, score) for kind, record_id, score in listings}
    chosen = select(News).where(News.watch_id == watch.id, col(News.record_id).in_(wanted))
    known = {one.record_id: one for one in db.exec(chosen)}
    for record_id, (kind, score) in wanted.items():
        if record_id not in known:
            db.add(News(watch_id=watch.id, kind=kind, record_id=record_id, score=score))
    if any(id_ not in known or known[id_].told_at is None for id_ in wanted):
        rhythms.arm(watch)


def _public(db: Session, payloads: Sequence[Mapping[str, Any]]) -> list[Record]:
    """The listings, as far as they are public by now."""
    wanted: dict[Kind, set[UUID]] = defaultdict(set)
    for payload in payloads:
        wanted[Kind(payload["kind"])].add(UUID(payload["id"]))
    found: list[Record] = []
    for kind, ids in wanted.items():
        model = MODELS[kind]
        chosen = select(model).where(col(model.id).in_(ids), model.stage == Stage.PUBLISHED)
        found += db.exec(chosen.options(*OPTIONS.get(kind, ()))).all()
    return found


def _watches(db: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[Watch, WatchPlan]]:
    chosen = select(Watch, WatchPlan).join(WatchPlan, col(WatchPlan.watch_id) == col(Watch.id))
    return {
        watch.id: (watch, plan) for watch, plan in db.exec(chosen.where(col(Watch.id).in_(ids)))
    }


def _is_new(db: Session, watch: Watch, plan: WatchPlan, record: Record) -> bool:
    """Whether it became public after the search was saved, or did not fit it back then."""
    since = watch.created_at
    if record.published_at is None or record.published_at > since:
        return True
    before = _before(db, record, since)
    return before is None or not fits(watch, plan, *get_searcher().prepared([before]))


def _before(db: Session, record: Record, moment: datetime) -> Document | None:
    """What a listing said at a moment, with what its vendor says today; None before the first."""
    chosen = select(Revision).where(Revision.record_id == record.id, Revision.at <= moment)
    revision = db.exec(chosen.order_by(col(Revision.number).desc()).limit(1)).first()
    if revision is None:
        return None
    vendor = record.vendor if isinstance(record, Solution | Case) else None
    own = ("id", "identifier", "slug", "version", "created_at", "published_at")
    earlier = restored(
        record.KIND,
        revision.values,
        vendor=vendor,
        whitelisted_until=record.whitelisted_until if isinstance(record, Vendor) else None,
        **{name: getattr(record, name) for name in own},
    )
    document = document_of(earlier, get_vocabulary())
    listed = record if isinstance(record, Vendor) else vendor
    if listed is None or _was_listed(db, listed, moment):
        return document
    others = {facet: codes for facet, codes in document.facets.items() if facet != "whitelist"}
    return replace(document, facets=others)


def _was_listed(db: Session, vendor: Vendor, moment: datetime) -> bool:
    entry = select(WhitelistEntry.id).where(
        WhitelistEntry.vendor_id == vendor.id, WhitelistEntry.decided_at <= moment
    )
    return db.exec(entry.limit(1)).first() is not None
