"""The demonstration where something is missing; whole it is built in `test_cli.py`."""

import pytest
from sqlmodel import select

from app.catalogue import index
from app.cli import demonstration
from app.core.db import transaction
from app.core.outbox import Job
from app.core.settings import Settings, get_settings
from app.inquiries.models import Inquiry, InquiryStage
from app.matching.models import Match
from app.needs.models import Need, NeedStage
from app.needs.publishing import MATCH


def test_a_demonstration_without_an_index_leaves_its_matches_to_the_outbox(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_SEARCH_URL", "http://127.0.0.1:9/nobody")
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    for build in (demonstration.build, demonstration.build_market):
        with transaction() as db:
            assert build(db)
    with transaction() as db:
        assert not demonstration.build_market(db)
        assert {*db.exec(select(Need.stage))} == set(NeedStage)
        assert {*db.exec(select(Inquiry.stage))} == set(InquiryStage)
        assert db.exec(select(Match)).first() is None
        waiting = db.exec(select(Need.id).where(Need.stage == NeedStage.PUBLISHED))
        jobs = {job.payload["need_id"] for job in db.exec(select(Job).where(Job.name == MATCH))}
        assert {str(id_) for id_ in waiting} <= jobs
    index.get_searcher.cache_clear()
