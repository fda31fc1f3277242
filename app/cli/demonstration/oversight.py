"""What the staff do with the made-up vendors once they are in the pool."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session

from app.catalogue.models import Record, Vendor
from app.cli.demonstration import listings
from app.cli.demonstration.people import HOME
from app.core.formats import today
from app.curation.oversight import (
    assessing,
    draws,
    preparing,
    quarantining,
    removing,
    spotchecks,
    whitelisting,
)
from app.curation.oversight.checklist import Answer
from app.curation.oversight.models import Domain, Effect, Finding, SpotCheck
from app.curation.oversight.spotchecks import Answered, Decision, Report
from search.engine import Kind

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

FINDING = "演示：抽看配置与记录，未见异常。"


def build(db: Session, story: "Story", vendor: Record, small: Record) -> None:
    """Assessments, a whitelist entry, a draw with its checks, a quarantine, a removal."""
    assert isinstance(vendor, Vendor)  # noqa: S101  both came in as vendors
    assert isinstance(small, Vendor)  # noqa: S101
    _assess(db, story, vendor, small)
    _draw(db, story, {vendor.identifier, small.identifier})
    _take_out(db, story)


def _found(level: int, days: int) -> assessing.Found:
    return assessing.Found(
        levels=dict.fromkeys(Domain, level),
        findings=dict.fromkeys(Domain, FINDING),
        valid_from=today(),
        valid_until=today() + timedelta(days=days),
    )


def _assess(db: Session, story: "Story", vendor: Vendor, small: Vendor) -> None:
    with story.day(50):
        inspector = story.who("inspector-2")
        assessment = assessing.write(db, vendor, _found(2, 130), by=inspector)
        db.flush()  # read back with its number
    with story.day(48):
        publisher = story.who("publisher")
        assessing.confirm(db, assessment, seen=assessment.version, by=publisher)
        whitelisting.admit(db, assessment, assessment.valid_until, by=publisher)
    with story.day(4):
        assessing.write(db, small, _found(1, 300), by=story.who("inspector-2"))


def _draw(db: Session, story: "Story", ours: set[str]) -> None:
    wish = preparing.Wish(
        title="（演示）连南瑶族自治县双随机抽查",
        region=HOME,
        kinds=("platform", "service"),
        number=2,
    )
    with story.day(30):
        publisher = story.who("publisher")
        listed = preparing.preview(db, wish, by=publisher).inputs["vendors"]
        if not {one["id"] for one in listed} <= ours:
            return  # nobody who exists is drawn for a demonstration
        draw = preparing.prepare(db, wish, by=publisher)
    with story.day(29):
        checks = draws.make(db, draw, "", by=story.who("publisher"))
        db.flush()  # each is looked at below
    if checks:
        _inspect(db, story, checks[0])


def _inspect(db: Session, story: "Story", check: SpotCheck) -> None:
    inspectors = {story.people[key].id: key for key in ("inspector", "inspector-2")}
    with story.day(20):
        inspector = story.who(inspectors[check.inspector_id])
        answers = {item["code"]: Answered(Answer.CONFORMS) for item in check.checklist}
        report = Report(check.version, answers, Finding.PASSED, "演示：现场核对，与申报一致。")
        spotchecks.save(db, check, report, by=inspector)
        spotchecks.hand_over(db, check, by=inspector)
    with story.day(18):
        statement = "演示：抽查合格，未发现问题。"
        decision = Decision(check.version, Effect.NONE, statement)
        spotchecks.decide(db, check, decision, by=story.who("publisher-2"))


def _take_out(db: Session, story: "Story") -> None:
    hidden = listings.solution("远程维护网关", scenarios=["predictive-maintenance"])
    quarantined = story.see_through(story.propose(Kind.SOLUTION, hidden, ago=50), 50)
    gone = listings.solution("短信催单机器人", scenarios=["supply-chain-collaboration"])
    removed = story.see_through(story.propose(Kind.SOLUTION, gone, by="small", ago=48), 48)
    with story.day(2):
        publisher = story.who("publisher")
        until = today() + timedelta(days=30)
        why = "演示：收到关于远程端口的安全反映，正在核查。"
        quarantining.begin(db, quarantined, code="security", reason=why, until=until, by=publisher)
        why = "演示：产品已停止服务。"
        removing.remove(db, removed, code="closed", reason=why, by=publisher)
