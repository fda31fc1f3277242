"""A list that names a made-up vendor once more, and the reviewer who finds that the two are one."""

import hashlib
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlmodel import Session, select

from app.catalogue.models import Record
from app.cli.demonstration.listings import MADE_UP
from app.cli.demonstration.people import HOME
from app.curation import batches, merging
from app.curation.admission import Proposal, Twin, submit
from app.curation.models import MergeCase
from search.engine import Kind

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

SOURCE = "（演示）服务商名单.csv"
NAMED = {
    "name": "（演示）瑶山联网",
    "kind": "platform",
    "region": HOME,
    "summary": f"名单上的简称。{MADE_UP}",
}
ALONE = {
    "name": "（演示）岭南老机床改造队",
    "kind": "service",
    "region": HOME,
    "summary": f"给老机床加装数控和采集。{MADE_UP}",
}
"""A vendor for which nobody has an account."""


def build(db: Session, story: "Story", vendor: Record) -> None:
    """The list is admitted whole; then one of its vendors becomes part of the one it doubles."""
    twin = Twin(vendor.id, 0.86, ("名称前四字相同，登记地区相同。",))
    named = Proposal(Kind.VENDOR, uuid4(), is_new=True, values=dict(NAMED), row=2, twin=twin)
    alone = Proposal(Kind.VENDOR, uuid4(), is_new=True, values=dict(ALONE), row=3)
    with story.day(60):
        digest = hashlib.sha256(SOURCE.encode()).hexdigest()
        known = {"source": SOURCE, "sha256": digest, "kind": Kind.VENDOR}
        batch = batches.receive(db, **known, by="演示操作员")
        submit(db, batch, [named, alone])
        batches.accept(db, batch, by=story.who("publisher"))
    with story.day(59):
        case = db.exec(select(MergeCase).where(MergeCase.newer_id == named.record_id)).one()
        why = "官网与联系电话相同，系同一家企业。"
        merging.merge(db, case, by=story.who("city-reviewer"), why=why)
