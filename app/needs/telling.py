"""What follows the publication of a need: it is matched, and the matched vendors are told."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, exists, select

from app.catalogue.index import get_searcher
from app.catalogue.models import Organisation, Vendor
from app.catalogue.stages import Stage
from app.core.outbox import Later, enqueue, job
from app.curation.telling import tell
from app.matching import service as matching
from app.matching.following import NEWS_JOB
from app.matching.models import Match
from app.needs.models import Confidentiality, Need, NeedTold
from app.needs.publishing import MATCH
from app.needs.wanting import wanted_of
from search.engine import EngineAway


@job(MATCH)
def match(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Match an open need and tell the vendors that were not told of it; safe to repeat."""
    need = db.get(Need, UUID(payloads[0]["need_id"]))
    if need is None or not need.is_open:
        return
    if get_searcher().is_warming:
        raise Later("the language model is being loaded")
    try:
        matching.keep(db, need_id=need.id, need_version=need.version, wanted=wanted_of(need))
    except EngineAway as away:
        raise Later(str(away)) from away
    tell_matched(db, need)
    # from now on its writer waits for what comes later, and can say how often to be told
    enqueue(db, NEWS_JOB, need_id=str(need.id), match_ids=[])


def tell_matched(db: Session, need: Need) -> int:
    """Write to each vendor of the current matches once; return how many were told."""
    # held: the job of the publication and one of a later listing may come at the same moment
    db.exec(select(Need.id).where(Need.id == need.id).with_for_update()).one()
    matched = select(Match.vendor_id).where(Match.need_id == need.id, col(Match.is_current))
    told = exists().where(
        col(NeedTold.need_id) == need.id, col(NeedTold.vendor_id) == col(Vendor.id)
    )
    chosen = (
        select(Vendor)
        .where(col(Vendor.id).in_(matched), col(Vendor.stage) == Stage.PUBLISHED, ~told)
        .where(col(Vendor.organisation_id) != need.organisation_id)
        .order_by(col(Vendor.identifier))
    )
    vendors = db.exec(chosen).all()
    whose = ""
    if need.confidentiality != Confidentiality.HIDDEN:
        whose = db.get_one(Organisation, need.organisation_id).name
    for vendor in vendors:
        db.add(NeedTold(need_id=need.id, vendor_id=vendor.id))
        tell(db, vendor.organisation_id, "need_matched", need=need, vendor=vendor, whose=whose)
    return len(vendors)
