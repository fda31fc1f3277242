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


def build(db: Session, story: "Story", vendor: Record) -> None:
    """The list is admitted whole; then its vendor becomes part of the one that it doubles."""
    twin = Twin(vendor.id, 0.86, ("名称前四字相同，登记地区相同。",))
    named = Proposal(Kind.VENDOR, uuid4(), is_new=True, values=dict(NAMED), row=2, twin=twin)
    admit(db, story, SOURCE, named, ago=60)
    with story.day(59):
        case = db.exec(select(MergeCase).where(MergeCase.newer_id == named.record_id)).one()
        why = "官网与联系电话相同，系同一家企业。"
        merging.merge(db, case, by=story.who("city-reviewer"), why=why)


def admit(db: Session, story: "Story", source: str, proposal: Proposal, *, ago: int) -> None:
    """A list that holds one organisation comes in and is accepted."""
    with story.day(ago):
        digest = hashlib.sha256(source.encode()).hexdigest()
        known = {"source": source, "sha256": digest, "kind": proposal.kind}
        batch = batches.receive(db, **known, by="演示操作员")
        submit(db, batch, [proposal])
        batches.accept(db, batch, by=story.who("publisher"))
