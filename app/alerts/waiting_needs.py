"""Needs that wait: who wrote one is told of vendors that fit it since, and these of the need."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.visitor import hash_token
from app.alerts.models import Rhythm, Watch
from app.alerts.news import note
from app.alerts.saving import token_of
from app.core.outbox import job
from app.matching.models import Match
from app.needs.models import Need
from app.needs.telling import tell_matched
from search.engine import Kind

NEWS_JOB = "alerts.need_news"


@job(NEWS_JOB)
def need_news(db: Session, payloads: list[dict[str, Any]]) -> None:
    """New matches of a need, {"need_id": …, "match_ids": […]}; safe to repeat.

    A vendor that a later listing brought is told like those of the day of publication.
    """
    (payload,) = payloads
    need = db.get(Need, UUID(payload["need_id"]), with_for_update=True)
    if need is None or not need.is_open:
        return
    watch = watch_of(db, need)
    ids = [UUID(id_) for id_ in payload["match_ids"]]
    chosen = select(Match).where(Match.need_id == need.id, col(Match.id).in_(ids))
    note(db, watch, [(Kind.SOLUTION, m.solution_id, m.score) for m in db.exec(chosen)])
    tell_matched(db, need)


def watch_of(db: Session, need: Need) -> Watch:
    """What waits for a published need: its writer is told each morning, unless they say else."""
    found = db.exec(select(Watch).where(Watch.need_id == need.id)).first()
    if found is None:
        found = Watch(
            person_id=need.published_by or need.written_by,
            organisation_id=need.organisation_id,
            need_id=need.id,
            title=need.title,
            rhythm=Rhythm.DAILY,
        )
        found.unsubscribe = hash_token(token_of(found))
        db.add(found)
        db.flush()  # its news refer to it
    return found
