"""Shortlists that are open, shared and frozen, and saved searches."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from app.alerts import saving
from app.alerts.models import Rhythm
from app.catalogue.models import Solution, Vendor
from app.catalogue.stages import Stage
from app.cli.demonstration import wishes
from app.cli.demonstration.needs import CONNECT, ENERGY, match_of
from app.cli.demonstration.wishes import Wish
from app.discovery.browsing import Browsing
from app.needs.models import Need
from app.shortlists import adding, freezing, keeping
from app.shortlists.models import Shortlist

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story


def build(
    db: Session, story: "Story", written: Mapping[Wish, Need], vendors: Mapping[str, Vendor]
) -> Mapping[Wish, Shortlist]:
    """The lists of the manufacturer by need; beside them one that a vendor's people share."""
    with story.day(28):
        frozen = _compare(db, story, "（演示）二厂联网比选", written[wishes.AWARDED])
    with story.day(26):
        freezing.freeze(db, frozen.id, frozen.version, by=story.who("factory"))
    with story.day(11):
        is_open = _compare(db, story, "（演示）新车间方案", written[wishes.OPEN])
        searched = Browsing(text="注塑机 设备联网")
        by = story.who("factory")
        watch = saving.save(db, searched, "（演示）注塑机联网", Rhythm.DAILY, by=by)
        saving.tie(db, watch.id, is_open.id, is_open.organisation_id, by=by)
    with story.day(10):
        filtered = Browsing(filters={"scenario": ("energy-management",)})
        by = story.who("metalworks")
        saving.save(db, filtered, "（演示）能耗管理", Rhythm.WEEKLY, by=by)
    with story.day(7):
        by = story.who("owner")
        shared = keeping.begin(db, "（演示）可以合作的服务商", by=by)
        for key in ("small", ""):
            keeping.put(db, shared.id, vendors[key], by=by)
        keeping.share(db, shared.id, shared=True, by=by)
    return {wishes.AWARDED: frozen, wishes.OPEN: is_open}


def _compare(db: Session, story: "Story", title: str, need: Need) -> Shortlist:
    """The solutions of the made-up vendor side by side, each with its match where there is one."""
    by = story.who("factory")
    shortlist = keeping.begin(db, title, by=by, need_id=need.id)
    for name in (CONNECT, ENERGY):
        match = match_of(db, need, name)
        shortlist = adding.add(db, solution_of(db, name), shortlist.id, "", by=by, match=match)
    return shortlist


def solution_of(db: Session, name: str) -> Solution:
    """A made-up solution that is in the pool."""
    public = select(Solution).where(Solution.name == name, Solution.stage == Stage.PUBLISHED)
    return db.exec(public).one()
