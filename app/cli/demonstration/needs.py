"""What the made-up manufacturers look for: needs in every state, with the matches that they get."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.models import Solution
from app.cli.demonstration.listings import MADE_UP
from app.core.db import now
from app.matching import feedback, service
from app.matching.models import Match, Verdict
from app.needs import checking, drafting, outcomes, publishing, questions
from app.needs.models import Confidentiality, Need, OutcomeKind
from app.needs.wanting import wanted_of

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

CONNECT = f"四十台新旧注塑机，夜里停机没人知道，想先做设备联网，再看能耗。预算二十万。{MADE_UP}"
SEVERAL = f"需要设备联网，还要上 MES 管报工，另外做能耗管理。{MADE_UP}"
ANSWERS: dict[str, Any] = {
    "products": "家电外壳",
    "systems": ["finance", "erp"],
    "joined": "1",
    "satisfaction": "1",
}


def build(db: Session, story: "Story") -> dict[str, Need]:
    """The needs by what they show; those of the factory that are open come with matches."""
    told = {
        "open": _open(db, story),
        "matched": _published(
            db, story, "（演示）车间电费看不清", SEVERAL, 9, Confidentiality.MATCHED
        ),
        "hidden": _published(
            db, story, "（演示）夜班无人值守", CONNECT, 27, Confidentiality.HIDDEN
        ),
        "deciding": _ended(db, story, "（演示）空压站节能", OutcomeKind.DECIDING),
        "nobody": _ended(db, story, "（演示）旧机床改造", OutcomeKind.NOBODY),
        "awarded": _ended(db, story, "（演示）注塑车间看板", OutcomeKind.AWARDED),
    }
    _unpublished(db, story)
    return told


def _values(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "region": "440600",
        "industries": ["C29"],
        "budget_to": 30_000_000,
        "closes_at": now() + timedelta(days=30),
        "questions_until": now() + timedelta(days=20),
        "systems": "财务软件、进销存",
    }


def _draft(
    db: Session,
    story: "Story",
    title: str,
    text: str,
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
) -> Need:
    need = drafting.start(db, text, by=story.who("factory"), values=_values(title))
    need.parts = drafting.split(text)
    need.confidentiality = confidentiality
    db.flush()  # what follows refers to it
    return need


def _published(
    db: Session,
    story: "Story",
    title: str,
    text: str,
    ago: int,
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
) -> Need:
    with story.day(ago):
        need = _draft(db, story, title, text, confidentiality)
        publishing.publish(db, need, seen=need.version, by=story.who("factory"))
    _match(db, need)
    return need


def _match(db: Session, need: Need) -> None:
    """As it is today: matching also looks at what holds on the day, so the past is not made up."""
    service.keep(db, need_id=need.id, need_version=need.version, wanted=wanted_of(need))


def _open(db: Session, story: "Story") -> Need:
    """With a question that is answered and one that waits, and a word on a made-up match."""
    need = _published(db, story, "（演示）注塑机夜里停机没人知道", SEVERAL, 10)
    with story.day(9):
        asked = questions.ask(db, need, "机台有没有以太网口？", by=story.who("owner"))
        db.flush()  # answered by its number
    with story.day(8):
        said = "一半有，另一半只有串口。"
        questions.answer(db, need, asked.id, said, by=story.who("factory"))
    with story.day(2):
        questions.ask(db, need, "采集盒由谁安装？", by=story.who("small"))
        for match in _made_up(db, need.id)[:1]:
            feedback.say(db, story.who("factory"), match, Verdict.USEFUL, "说清了怎么联网")
    return need


def _made_up(db: Session, need_id: UUID) -> list[Match]:
    """The matches with made-up solutions: nothing is said of real ones."""
    chosen = (
        select(Match)
        .join(Solution, col(Solution.id) == col(Match.solution_id))
        .where(Match.need_id == need_id, col(Match.is_current))
        .where(col(Solution.name).startswith("（演示）"))
    )
    return list(db.exec(chosen.order_by(col(Match.rank))))


def _ended(db: Session, story: "Story", title: str, kind: OutcomeKind) -> Need:
    """Closed before its deadline; what came of it was said later."""
    need = _published(db, story, title, CONNECT, 70)
    closes_at = need.closes_at or now()
    with story.day(45):
        publishing.close(db, need, by=story.who("factory"))
    with story.day(35):
        verdict = outcomes.Verdict(kind)
        matches = _made_up(db, need.id)
        if kind is OutcomeKind.AWARDED:
            verdict = outcomes.Verdict(
                kind,
                vendor_id=matches[0].vendor_id if matches else None,
                vendor_name="" if matches else "（演示）瑶山联网科技有限公司",
                value=16_800_000,
                starts_on=_day_after(closes_at),
            )
        outcomes.settle(db, need, verdict, by=story.who("factory"))
    return need


def _day_after(moment: datetime) -> Any:
    return (moment + timedelta(days=1)).date()


def _unpublished(db: Session, story: "Story") -> None:
    """A self-check with the draft that it wrote, and a need that was withdrawn."""
    with story.day(4):
        check = checking.keep(db, ANSWERS, by=story.who("factory"))
        db.flush()  # its levels are read
        checking.write_need(db, check, by=story.who("factory"))
    withdrawn = _published(db, story, "（演示）仓库盘点", CONNECT, 25)
    with story.day(20):
        why = "改由集团统一采购。"
        publishing.withdraw(db, withdrawn, why, by=story.who("factory"))
