"""Questions of vendors: asked in time, answered once for everybody, nobody sees by whom."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.core.audit import AuditEntry
from app.core.db import at, now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.mail import Mail
from app.needs import publishing, questions
from app.needs.models import Confidentiality
from tests.needs.making import ALIAS, a_need, a_vendor, a_writer, an_editor

ASKED = "注塑机的控制器是什么品牌？"


def mail_to(db: Session, address: str) -> list[str]:
    db.flush()
    return [f"{one.subject}\n{one.text}" for one in db.exec(select(Mail)) if one.to == address]


def test_an_answer_is_seen_by_all_and_the_asker_by_nobody(db: Session) -> None:
    writer = a_writer(db)
    need = a_need(db, writer)
    vendor, asker = a_vendor(db)
    question = questions.ask(db, need, ASKED, by=asker)
    db.flush()
    assert questions.answered(db, need) == []
    assert [one.text for one in questions.own_waiting(db, need, asker)] == [ASKED]
    assert questions.own_waiting(db, need, writer) == questions.own_waiting(db, need, None) == []
    shown = questions.waiting(db, need)[0]
    assert not {"asked_by", "organisation_id"} & set(shown.__slots__)
    questions.answer(db, need, question.id, "发那科", by=writer)
    db.flush()
    assert [(one.text, one.answer) for one in questions.answered(db, need)] == [(ASKED, "发那科")]
    [letter] = mail_to(db, writer.email)
    assert ASKED in letter
    assert vendor.name not in letter
    assert asker.name not in letter
    [reply] = mail_to(db, asker.email)
    assert "发那科" in reply
    entries = db.exec(select(AuditEntry).where(col(AuditEntry.subject_kind) == "need")).all()
    assert asker.person_id not in {entry.person_id for entry in entries}


def test_a_question_is_answered_once(db: Session) -> None:
    writer = a_writer(db)
    need, other = a_need(db, writer), a_need(db, writer)
    _vendor, asker = a_vendor(db)
    question = questions.ask(db, need, ASKED, by=asker)
    db.flush()
    with pytest.raises(NotFound):
        questions.answer(db, other, question.id, "发那科", by=writer)
    for wrong in ("", "字" * (questions.LONGEST + 1)):
        with pytest.raises(Invalid):
            questions.answer(db, need, question.id, wrong, by=writer)
    questions.answer(db, need, question.id, "发那科", by=writer)
    with pytest.raises(Conflict):
        questions.answer(db, need, question.id, "三菱", by=writer)


def test_only_vendors_of_the_pool_ask_and_nobody_about_their_own(db: Session) -> None:
    writer = a_writer(db)
    need = a_need(db, writer)
    for who in (a_writer(db, "别家制造有限公司"), an_editor(db, writer.organisation_id)):
        assert not questions.may_ask(db, need, who)
        with pytest.raises(Forbidden):
            questions.ask(db, need, ASKED, by=who)
    assert not questions.may_ask(db, need, None)


def test_questions_end_at_their_moment_or_with_the_need(db: Session) -> None:
    writer = a_writer(db)
    _vendor, asker = a_vendor(db)
    need = a_need(db, writer, questions_until=now() + timedelta(days=3))
    with at(now() + timedelta(days=2)):
        assert questions.may_ask(db, need, asker)
    with at(now() + timedelta(days=3)), pytest.raises(Conflict):
        questions.ask(db, need, ASKED, by=asker)
    until_closed = a_need(db, writer)
    assert questions.until(until_closed) == until_closed.closes_at
    publishing.close(db, until_closed, by=writer)
    with pytest.raises(Conflict):
        questions.ask(db, until_closed, ASKED, by=asker)


def test_there_are_limits_on_length_and_number(db: Session) -> None:
    need = a_need(db, a_writer(db))
    _vendor, asker = a_vendor(db)
    for wrong in ("", "字" * (questions.LONGEST + 1)):
        with pytest.raises(Invalid):
            questions.ask(db, need, wrong, by=asker)
    for n in range(questions.MOST_OPEN):
        questions.ask(db, need, f"第{n}问", by=asker)
        db.flush()
    with pytest.raises(Conflict):
        questions.ask(db, need, "再问一句", by=asker)


def test_an_answer_about_a_hidden_need_must_not_name_its_author(db: Session) -> None:
    writer = a_writer(db)
    need = a_need(db, writer, confidentiality=Confidentiality.HIDDEN)
    _vendor, asker = a_vendor(db)
    question = questions.ask(db, need, ASKED, by=asker)
    db.flush()
    for wrong in (f"{ALIAS}都是发那科", "请打 13800138000"):
        with pytest.raises(Invalid):
            questions.answer(db, need, question.id, wrong, by=writer)
    questions.answer(db, need, question.id, "都是发那科", by=writer)
