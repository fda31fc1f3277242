"""What may happen in a thread, and what it leads to."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlmodel import Session, col, select

from app.accounts.models import MemberRole
from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.formats import today
from app.core.mail import Mail
from app.curation.applications.models import Sighting
from app.inquiries import (
    answers,
    asking,
    contacts,
    noticing,
    reading,
    seeing,
    sending,
    speaking,
    stepping,
)
from app.inquiries.asking import Wish
from app.inquiries.models import (
    MOVES,
    Inquiry,
    InquiryStage,
    InquiryStep,
    Message,
    Side,
)
from app.matching.models import Match, MatchFeedback, MatchRun
from app.needs.models import Confidentiality, Need
from app.shortlists import adding, keeping
from tests.inquiries.makers import ASKER, CONTACT, Sides, a_need, another_member, ask, two_sides
from tests.people import a_member, an_organisation, visitor

LAWFUL = {
    ("sent", "read"),
    ("sent", "answered"),
    ("sent", "declined"),
    ("sent", "closed"),
    ("read", "answered"),
    ("read", "declined"),
    ("read", "closed"),
    ("answered", "meeting"),
    ("answered", "offer"),
    ("answered", "contract"),
    ("answered", "declined"),
    ("answered", "closed"),
    ("meeting", "offer"),
    ("meeting", "contract"),
    ("meeting", "declined"),
    ("meeting", "closed"),
    ("offer", "meeting"),
    ("offer", "contract"),
    ("offer", "declined"),
    ("offer", "closed"),
    ("contract", "closed"),
}


@pytest.fixture
def sides(db: Session) -> Sides:
    return two_sides(db)


@pytest.fixture
def inquiry(db: Session, sides: Sides) -> Inquiry:
    return ask(db, sides)


def say(
    db: Session, inquiry: Inquiry, sides: Sides, side: Side, key: str, text: str = "好"
) -> None:
    by = sides.asker if side is Side.ASKER else sides.vendor
    speaking.say(db, inquiry, side, text, sent_key=key, by=by)


def mails(db: Session) -> list[Mail]:
    db.flush()
    return list(db.exec(select(Mail).order_by(col(Mail.id))))


@pytest.mark.parametrize(("before", "after"), list(product(InquiryStage, InquiryStage)))
def test_only_the_moves_of_the_table_are_lawful(before: InquiryStage, after: InquiryStage) -> None:
    assert (after in MOVES[before]) is ((str(before), str(after)) in LAWFUL)
    taken = set(stepping.TAKEN_BY) & MOVES[before]
    assert taken <= MOVES[before]


def test_sending_starts_the_clock_tells_the_vendor_and_counts_for_its_figures(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    assert inquiry.stage == InquiryStage.SENT
    assert inquiry.due_on is not None
    assert inquiry.due_on > today()
    assert inquiry.region == "440100"
    assert not inquiry.waits_for_account
    assert [mail.to for mail in mails(db)] == [sides.vendor.email]
    counted = db.exec(select(Sighting).where(Sighting.record_id == sides.solution.id)).one()
    assert (counted.reached, counted.shown, counted.query) == (1, 0, "")
    acts = db.exec(select(AuditEntry.action).where(AuditEntry.subject_id == str(inquiry.id))).all()
    assert acts == ["inquiry.sent"]


def test_the_same_key_sends_one_inquiry_and_belongs_to_its_organisation(
    db: Session, sides: Sides
) -> None:
    first = ask(db, sides, sent_key="key")
    assert ask(db, sides, sent_key="key").id == first.id
    other = an_organisation(db, "另一家制造有限公司")
    theirs = Sides(**{**vars(sides), "asker": visitor(db, a_member(db, other.id), other.id)})
    assert ask(db, theirs, sent_key="key").id != first.id


def test_an_open_thread_takes_the_place_of_a_second_one(db: Session, sides: Sides) -> None:
    first = ask(db, sides)
    with pytest.raises(sending.AlreadyOpen) as refused:
        ask(db, sides)
    assert refused.value.inquiry.id == first.id
    stepping.step(db, first, Side.ASKER, InquiryStage.CLOSED, version=first.version, by=sides.asker)
    assert ask(db, sides).id != first.id


def test_a_hidden_asker_gets_a_thread_for_each_need_and_never_goes_on_in_another(
    db: Session, sides: Sides
) -> None:
    plain = ask(db, sides)
    needs = [a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN) for _ in range(2)]
    hidden = [ask(db, sides, need=need) for need in needs]
    assert len({plain.id, *(one.id for one in hidden)}) == 3
    with pytest.raises(sending.AlreadyOpen) as refused:
        ask(db, sides, need=needs[0])
    assert refused.value.inquiry.id == hidden[0].id
    with pytest.raises(sending.AlreadyOpen) as refused:
        ask(db, sides)
    assert refused.value.inquiry.id == plain.id


def test_an_organisation_does_not_ask_itself(db: Session, sides: Sides) -> None:
    own = Sides(**{**vars(sides), "asker": sides.vendor})
    with pytest.raises(Conflict, match="own organisation"):
        ask(db, own)


@pytest.mark.parametrize("text", ["", "长" * 4001])
def test_a_message_says_something_and_not_too_much(db: Session, sides: Sides, text: str) -> None:
    with pytest.raises(Invalid):
        ask(db, sides, text=text)
    inquiry = ask(db, sides)
    with pytest.raises(Invalid):
        say(db, inquiry, sides, Side.VENDOR, "1", text)


def test_a_vendor_without_members_lets_it_wait_and_nobody_is_mailed(db: Session) -> None:
    inquiry = ask(db, two_sides(db, has_account=False))
    assert inquiry.waits_for_account
    assert "somebody asks" not in " ".join(mail.subject for mail in mails(db))


def test_the_first_look_of_the_vendor_reads_and_its_first_word_answers(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    version = inquiry.version
    noticing.note(db, sides.asker, inquiry.id, 1)
    assert inquiry.stage == InquiryStage.SENT
    noticing.note(db, sides.vendor, inquiry.id, 1)
    assert (inquiry.stage, inquiry.version) == (InquiryStage.READ, version)
    say(db, inquiry, sides, Side.VENDOR, "1")
    assert inquiry.stage == InquiryStage.ANSWERED
    say(db, inquiry, sides, Side.VENDOR, "2")
    steps = db.exec(select(InquiryStep).order_by(col(InquiryStep.id))).all()
    assert [(step.after, step.side) for step in steps] == [
        ("sent", "asker"),
        ("read", "vendor"),
        ("answered", "vendor"),
    ]
    assert [step.by for step in steps][1:] == [sides.vendor.person_id] * 2


def test_the_same_key_writes_one_message_for_each_side(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    for side in (Side.VENDOR, Side.VENDOR, Side.ASKER, Side.ASKER):
        say(db, inquiry, sides, side, "key")
    assert len(db.exec(select(Message).where(Message.inquiry_id == inquiry.id)).all()) == 3


def test_nothing_is_said_after_the_end(db: Session, sides: Sides, inquiry: Inquiry) -> None:
    version = inquiry.version
    stepping.step(
        db, inquiry, Side.VENDOR, InquiryStage.DECLINED, version=version, by=sides.vendor, why="满"
    )
    with pytest.raises(Conflict, match="ended"):
        say(db, inquiry, sides, Side.ASKER, "1")
    with pytest.raises(Conflict, match="ended"):
        contacts.release(db, inquiry, Side.ASKER, by=sides.asker)


@pytest.mark.parametrize(("side", "stage"), list(product(list(seeing.OTHER), InquiryStage)))
def test_each_side_takes_only_its_own_steps(
    db: Session, sides: Sides, inquiry: Inquiry, side: Side, stage: InquiryStage
) -> None:
    say(db, inquiry, sides, Side.VENDOR, "1")
    by = sides.asker if side is Side.ASKER else sides.vendor
    if stage in stepping.choices(inquiry, side):
        stepping.step(db, inquiry, side, stage, version=inquiry.version, by=by, why="因")
        assert inquiry.stage == stage
    else:
        with pytest.raises(Forbidden):
            stepping.step(db, inquiry, side, stage, version=inquiry.version, by=by, why="因")


def test_a_step_wants_the_state_that_the_page_showed_and_a_refusal_its_reason(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    seen = inquiry.version
    say(db, inquiry, sides, Side.VENDOR, "1")
    with pytest.raises(Conflict, match="Load it again"):
        stepping.step(db, inquiry, Side.ASKER, InquiryStage.CLOSED, version=seen, by=sides.asker)
    with pytest.raises(Invalid):
        stepping.step(
            db,
            inquiry,
            Side.VENDOR,
            InquiryStage.DECLINED,
            version=inquiry.version,
            by=sides.vendor,
        )


@pytest.mark.parametrize("first", list(seeing.OTHER))
def test_a_contract_counts_once_both_sides_say_the_same(
    db: Session, sides: Sides, inquiry: Inquiry, first: Side
) -> None:
    say(db, inquiry, sides, Side.VENDOR, "1")
    by = {Side.ASKER: sides.asker, Side.VENDOR: sides.vendor}
    said = {"value": 12_345_00, "signed_on": today()}
    stepping.say_contract(db, inquiry, first, **said, version=inquiry.version, by=by[first])  # type: ignore[arg-type]
    assert inquiry.stage == InquiryStage.ANSWERED
    with pytest.raises(Conflict):
        stepping.confirm_contract(db, inquiry, first, version=inquiry.version, by=by[first])
    second = seeing.OTHER[first]
    step = stepping.confirm_contract(db, inquiry, second, version=inquiry.version, by=by[second])
    assert inquiry.stage == InquiryStage.CONTRACT
    assert (step.value, step.signed_on) == (12_345_00, today())
    with pytest.raises(Conflict):
        stepping.dismiss_contract(db, inquiry, second, version=inquiry.version, by=by[second])


def test_a_contract_that_is_not_so_goes_and_cannot_be_confirmed(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    with pytest.raises(Conflict, match="follows an answer"):
        stepping.say_contract(
            db,
            inquiry,
            Side.VENDOR,
            value=1,
            signed_on=today(),
            version=inquiry.version,
            by=sides.vendor,
        )
    say(db, inquiry, sides, Side.VENDOR, "1")
    for value, day in ((0, 0), (100, 1), (100, -1)):
        with pytest.raises(Invalid):
            stepping.say_contract(
                db,
                inquiry,
                Side.VENDOR,
                value=value,
                signed_on=today() + timedelta(days=day),
                version=inquiry.version,
                by=sides.vendor,
            )
    known = {"version": inquiry.version, "by": sides.vendor}
    stepping.say_contract(db, inquiry, Side.VENDOR, value=100, signed_on=today(), **known)  # type: ignore[arg-type]
    version = inquiry.version
    stepping.dismiss_contract(db, inquiry, Side.ASKER, version=version, by=sides.asker)
    with pytest.raises(Conflict):
        stepping.confirm_contract(db, inquiry, Side.ASKER, version=inquiry.version, by=sides.asker)


def test_the_contact_is_released_once_by_the_asker_and_this_is_kept(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    assert not seeing.shows_contact(inquiry, Side.VENDOR)
    with pytest.raises(Forbidden):
        contacts.release(db, inquiry, Side.VENDOR, by=sides.vendor)
    contacts.release(db, inquiry, Side.ASKER, by=sides.asker)
    assert seeing.shows_contact(inquiry, Side.VENDOR)
    with pytest.raises(Conflict, match="already"):
        contacts.release(db, inquiry, Side.ASKER, by=sides.asker)
    acts = db.exec(select(AuditEntry.action)).all()
    assert acts.count("inquiry.contact_released") == 1


def test_a_side_is_mailed_once_until_it_has_read(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    for number in range(3):  # the vendor was told of the inquiry, and has not looked yet
        say(db, inquiry, sides, Side.ASKER, f"a{number}")
    assert len(mails(db)) == 1
    for number in range(3):
        say(db, inquiry, sides, Side.VENDOR, f"v{number}")
    assert [mail.to for mail in mails(db)[1:]] == [sides.asker.email]
    noticing.note(db, sides.asker, inquiry.id, inquiry.news_for_asker)
    say(db, inquiry, sides, Side.VENDOR, "again")
    assert [mail.to for mail in mails(db)[1:]] == [sides.asker.email] * 2


def test_mail_holds_a_link_and_neither_words_nor_who_asks(db: Session, sides: Sides) -> None:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN, title=f"{ASKER}的需求")
    inquiry = ask(db, sides, need=need)
    say(db, inquiry, sides, Side.VENDOR, "1")
    say(db, inquiry, sides, Side.ASKER, "2", "秘密内容")
    noticing.note(db, sides.vendor, inquiry.id, 1)
    contacts.release(db, inquiry, Side.ASKER, by=sides.asker)
    told = [mail for mail in mails(db) if mail.to == sides.vendor.email]
    assert told
    for mail in told:
        said = mail.subject + mail.text
        assert f"/inquiries/{inquiry.identifier}" in said
        assert "秘密" not in said
        assert not any(word in said for word in (ASKER, sides.asker.name, *CONTACT.values()))


def test_unread_is_counted_for_each_person_and_never_goes_back(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    colleague = another_member(db, sides.vendor, MemberRole.VIEWER)
    assert [reading.unread(db, one) for one in (sides.asker, sides.vendor, colleague)] == [0, 1, 1]
    noticing.note(db, sides.vendor, inquiry.id, inquiry.news_for_vendor)
    noticing.note(db, sides.vendor, inquiry.id, 0)
    assert [reading.unread(db, one) for one in (sides.asker, sides.vendor, colleague)] == [0, 0, 1]
    say(db, inquiry, sides, Side.VENDOR, "1")
    assert [reading.unread(db, one) for one in (sides.asker, sides.vendor)] == [1, 0]


def test_the_list_is_narrowed_by_state_side_stage_and_news(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    def found(**asked: object) -> int:
        narrowed = reading.Asked(**asked)  # type: ignore[arg-type]
        return reading.page(db, sides.vendor, narrowed, number=1).total

    assert found() == found(state="open") == found(side="vendor") == found(unread=True) == 1
    assert found(state="ended") == found(side="asker") == found(stage="offer") == 0
    assert found(stage="sent") == 1


def test_what_one_asks_from_is_ones_own(db: Session, sides: Sides) -> None:
    other = an_organisation(db, "旁人有限公司")
    stranger = visitor(db, a_member(db, other.id), other.id)
    need = a_need(db, sides.asker)
    wish = Wish(solution=sides.solution.identifier, need=need.identifier)
    assert asking.find(db, sides.asker, wish).subject == need.title
    with pytest.raises(NotFound):
        asking.find(db, stranger, wish)
    for wrong in (Wish(), Wish(vendor="v-none"), Wish(match="x"), Wish(shortlist="x")):
        with pytest.raises(NotFound):
            asking.find(db, sides.asker, wrong)


def a_match(db: Session, sides: Sides, need: Need) -> Match:
    """The solution as the first current match of a need."""
    run = MatchRun(need_id=need.id, need_version=1, wanted={})
    db.add(run)
    db.flush()
    known = {"run_id": run.id, "need_id": need.id, "rank": 1, "score": 1.0}
    of = {"solution_id": sides.solution.id, "vendor_id": sides.listed.id, "solution_version": 1}
    match = Match(**known, **of)
    db.add(match)
    db.flush()
    return match


def verdicts_on(db: Session, match: Match) -> list[str]:
    db.flush()
    chosen = select(MatchFeedback).where(MatchFeedback.match_id == match.id)
    return [str(one.verdict) for one in db.exec(chosen)]


def test_from_a_list_one_asks_for_the_need_that_the_listing_was_put_aside_for(
    db: Session, sides: Sides
) -> None:
    need = a_need(db, sides.asker, confidentiality=Confidentiality.HIDDEN)
    match = a_match(db, sides, need)
    of_match = adding.add(db, sides.solution, None, "候选", by=sides.asker, match=match)
    other = keeping.begin(db, "别的", by=sides.asker)
    keeping.put(db, other.id, sides.solution, by=sides.asker)
    wish = Wish(solution=sides.solution.identifier, shortlist=str(of_match.id))
    found = asking.find(db, sides.asker, wish)
    assert (found.match_id, found.need) == (match.id, need)
    assert found.hides_asker  # a list does not tell what the need keeps to itself
    inquiry = sending.send(db, found, sending.Question("问", "k"), by=sides.asker)
    assert inquiry.shortlist_id == of_match.id
    assert "contacted" in verdicts_on(db, match)
    plain = replace(wish, shortlist=str(other.id))
    assert asking.find(db, sides.asker, plain).need is None


def test_who_asks_from_the_page_of_a_match_counts_as_having_contacted_it(
    db: Session, sides: Sides
) -> None:
    earlier = a_need(db, sides.asker, published_at=now() - timedelta(days=9))
    need = a_need(db, sides.asker, published_at=now() - timedelta(days=1))
    later = a_need(db, sides.asker, published_at=now() + timedelta(days=1))
    matches = [a_match(db, sides, one) for one in (earlier, need, later)]
    stranger = two_sides(db)
    of_others = a_match(db, sides, a_need(db, stranger.asker, published_at=now()))
    ask(db, sides)
    assert [verdicts_on(db, one) for one in matches] == [[], ["contacted"], []]
    assert verdicts_on(db, of_others) == []


def test_a_match_keeps_that_it_was_contacted_and_awarded(db: Session, sides: Sides) -> None:
    need = a_need(db, sides.asker)
    match = a_match(db, sides, need)
    found = asking.find(db, sides.asker, Wish(match=str(match.id)))
    assert (found.need, found.solution) == (need, sides.solution)
    inquiry = sending.send(db, found, sending.Question("问", "k"), by=sides.asker)
    say(db, inquiry, sides, Side.VENDOR, "1")
    on = {"value": 100, "signed_on": today(), "version": inquiry.version}
    stepping.say_contract(db, inquiry, Side.ASKER, **on, by=sides.asker)  # type: ignore[arg-type]
    version = inquiry.version
    stepping.confirm_contract(db, inquiry, Side.VENDOR, version=version, by=sides.vendor)
    db.flush()
    kept = db.exec(select(MatchFeedback)).all()
    assert {(one.verdict, one.organisation_id) for one in kept} == {
        ("contacted", sides.asker.organisation_id),
        ("awarded", sides.asker.organisation_id),
    }


def test_first_answers_belong_to_their_organisation(db: Session, sides: Sides) -> None:
    kept = answers.keep(db, "首次答复", "您好", by=sides.vendor)
    db.flush()
    assert [one.id for one in answers.own(db, sides.vendor)] == [kept.id]
    assert not answers.own(db, sides.asker)
    with pytest.raises(NotFound):
        answers.find(db, sides.asker, kept.id)


def test_the_day_of_a_contract_is_a_day_in_china(
    db: Session, sides: Sides, inquiry: Inquiry
) -> None:
    say(db, inquiry, sides, Side.VENDOR, "1")
    late = now().replace(hour=17, minute=0) + timedelta(days=1)  # past midnight in China
    with at(late):
        stepping.say_contract(
            db,
            inquiry,
            Side.VENDOR,
            value=100,
            signed_on=late.date() + timedelta(days=1),
            version=inquiry.version,
            by=sides.vendor,
        )
