"""Needs in every state, their questions, and what their writers make of the matches."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from app.catalogue.models import Solution, Vendor
from app.cli.demonstration import listings, wishes
from app.cli.demonstration.wishes import Wish
from app.core.formats import today
from app.core.i18n import DEFAULT, use_locale
from app.core.outbox import Later
from app.matching import feedback
from app.matching import service as matching
from app.matching.models import Match, Verdict
from app.needs import checking, closing, drafting, outcomes, publishing, questions, reading, telling
from app.needs.models import Need, OutcomeKind

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

WRITERS = {
    wishes.AWARDED: "factory",
    wishes.NOBODY: "metalworks",
    wishes.DECIDING: "factory",
    wishes.WITHDRAWN: "metalworks",
    wishes.OPEN: "factory",
    wishes.MATCHED: "metalworks",
    wishes.HIDDEN: "factory",
}
CONNECT, ENERGY = listings.CONNECT["name"], listings.ENERGY["name"]
FORTNIGHT = 15  # days for questions
# need, who asks, how many days ago, the question, its answer on the next day
QUESTIONS = (
    (wishes.AWARDED, "owner", 33, "注塑机用什么控制器？", "新旧都有，一半没有网口。"),
    (wishes.OPEN, "owner", 11, "车间里有无线网络吗？", "有，覆盖全部机台。"),
    (wishes.OPEN, "small", 2, "扫码报工要接现有的 ERP 吗？", ""),
    (wishes.HIDDEN, "owner", 8, "试点的十台机在同一个车间吗？", "在同一个车间。"),
)
# need, whose match with which solution, how many days ago, the verdict, why
VERDICTS = (
    (wishes.AWARDED, CONNECT, 33, Verdict.USEFUL, ""),
    (wishes.NOBODY, ENERGY, 31, Verdict.NOT_USEFUL, ""),
    (wishes.DECIDING, CONNECT, 28, Verdict.USEFUL, ""),
    (wishes.WITHDRAWN, ENERGY, 24, Verdict.WRONG, "只看用电，不含电表改造施工。"),
    (wishes.MATCHED, ENERGY, 10, Verdict.USEFUL, ""),
)


def build(db: Session, story: "Story") -> Mapping[Wish, Need]:
    """Everything up to publication and the first days after it."""
    with story.day(35), use_locale(DEFAULT):
        check = checking.keep(db, wishes.SELF_CHECK, by=story.who("factory"))
        draft = checking.write_need(db, check, by=story.who("factory"))
        draft.title = f"（演示）{draft.title}"
    written = {wish: _publish(db, story, wish, by) for wish, by in WRITERS.items()}
    _ask(db, story, written)
    _judge(db, story, written)
    with story.day(22):
        owner = story.who("metalworks")
        withdrawn = written[wishes.WITHDRAWN]
        publishing.withdraw(db, withdrawn, "设备改造计划推迟到明年。", by=owner)
    with story.day(21):
        drafting.copy(db, withdrawn, by=story.who("metalworks"))
    return written


def _publish(db: Session, story: "Story", wish: Wish, by: str) -> Need:
    """Written in the morning, published, and matched at once, as far as the index is there.

    Where it is not, the outbox matches those that are still open later.
    """
    with story.day(wish.published):
        said: dict[str, Any] = {**wish.said, "closes_at": story.morning(wish.closes)}
        if wish.published - wish.closes > FORTNIGHT:
            said["questions_until"] = story.morning(wish.published - FORTNIGHT)
        owner = story.who(by)
        need = drafting.start(db, wish.text, by=owner, values=said)
        db.flush()  # saved anew below
        kept = replace(drafting.said_of(need), confidentiality=wish.confidentiality)
        drafting.save(db, need, kept, seen=need.version)
        publishing.publish(db, need, seen=need.version, by=owner)
        with suppress(Later):
            telling.match(db, [{"need_id": str(need.id)}])
    return need


def _ask(db: Session, story: "Story", written: Mapping[Wish, Need]) -> None:
    for wish, asker, ago, text, answer in QUESTIONS:
        need = written[wish]
        with story.day(ago):
            question = questions.ask(db, need, text, by=story.who(asker))
            db.flush()  # looked up below
        if answer:
            with story.day(ago - 1):
                questions.answer(db, need, question.id, answer, by=story.who(WRITERS[wish]))


def _judge(db: Session, story: "Story", written: Mapping[Wish, Need]) -> None:
    """What is made of matches with the made-up vendors; nobody who exists is judged."""
    for wish, solution, ago, verdict, why in VERDICTS:
        if match := match_of(db, written[wish], solution):
            with story.day(ago):
                feedback.say(db, story.who(WRITERS[wish]), match, verdict, why)


def match_of(db: Session, need: Need, name: str) -> Match | None:
    """The current match of a need with a made-up solution, by its name."""
    run = matching.current(db, need.id)
    found = ((match, solution) for match, solution in (run.matches if run else ()))
    return next((match for match, solution in found if _is(solution, name)), None)


def _is(solution: Solution, name: str) -> bool:
    return solution.name == name


def tell_of_ends(db: Session, story: "Story", written: Mapping[Wish, Need], winner: Vendor) -> None:
    """What closed on its day, and what came of it."""
    for wish in (wishes.NOBODY, wishes.AWARDED, wishes.DECIDING):
        with story.day(wish.closes):
            closing.catch_up(db, written[wish])
    with story.day(17):
        award = outcomes.Verdict(
            OutcomeKind.AWARDED, winner.id, value=12_800_000, starts_on=today()
        )
        _settle(db, story, wishes.AWARDED, written, award)
    with story.day(15):
        nobody = outcomes.Verdict(OutcomeKind.NOBODY, note="报价都超出预算。")
        _settle(db, story, wishes.NOBODY, written, nobody)
    with story.day(6):
        deciding = outcomes.Verdict(OutcomeKind.DECIDING, note="两家在现场试用。")
        _settle(db, story, wishes.DECIDING, written, deciding)


def _settle(
    db: Session,
    story: "Story",
    wish: Wish,
    written: Mapping[Wish, Need],
    verdict: outcomes.Verdict,
) -> None:
    by = story.who(WRITERS[wish])
    held = reading.take(db, by, written[wish].identifier)
    outcomes.settle(db, held, verdict, by=by)
