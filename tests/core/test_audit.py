"""The audit trail: who did what to what, in one chain that shows where a hand was in it."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.core.audit import CHUNK, START, AuditEntry, Entry, Fault, record, record_all, verify
from app.core.db import get_engine, now, transaction


class Solution:
    def __init__(self) -> None:
        self.id = uuid4()


def test_an_entry_names_the_actor_the_act_and_the_record(db: Session) -> None:
    solution = Solution()
    record(db, "王工", "solution.published", solution, batch="b-1")
    entry = db.exec(select(AuditEntry)).one()
    assert (entry.by, entry.action) == ("王工", "solution.published")
    assert (entry.subject_kind, entry.subject_id) == ("solution", str(solution.id))
    assert entry.details == {"batch": "b-1"}
    assert entry.at <= now()


def test_what_has_no_record_is_named_by_text(db: Session) -> None:
    entry = record(db, "system", "index.repaired", "index:main")
    assert (entry.subject_kind, entry.subject_id) == ("index", "main")


def five(db: Session) -> None:
    """Five entries in the chain, with everything that an entry may say."""
    for number in range(1, 6):
        said = {"before": {"名": number, "share": 0.1}, "after": None, "why": "因为"}
        record(db, "王工", f"thing.act{number}", f"thing:{number}", **said, is_true=True)
    db.commit()
    db.expire_all()


def run(db: Session, statement: str, **values: object) -> None:
    db.execute(text(statement), values)
    db.expire_all()


def test_entries_are_chained_when_their_transaction_is_committed(db: Session) -> None:
    assert verify(db).head == START
    five(db)
    entries = db.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries] == [START, *(e.hash for e in entries[:-1])]
    proof = verify(db)
    assert (proof.length, proof.head, proof.fault) == (5, entries[-1].hash, None)


ALTERED = (
    "UPDATE audit_entry SET \"by\" = '李工' WHERE number = 3",
    "UPDATE audit_entry SET details = '{\"is_true\": false}' WHERE number = 3",
    "UPDATE audit_entry SET why = NULL WHERE number = 3",
    "UPDATE audit_entry SET hash = previous WHERE number = 3",
    "UPDATE audit_entry SET previous = hash WHERE number = 3",
    "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE number = 3",
)


@pytest.mark.parametrize("statement", ALTERED)
def test_a_row_altered_by_hand_is_named(db: Session, statement: str) -> None:
    five(db)
    run(db, statement)
    proof = verify(db)
    assert (proof.fault, proof.broken, proof.action) == (Fault.ALTERED, "3", "thing.act3")
    assert (proof.length, bool(proof.at)) == (2, True)


def test_the_last_row_altered_by_hand_is_named(db: Session) -> None:
    five(db)
    run(db, "UPDATE audit_entry SET action = 'thing.act' WHERE number = 5")
    assert (verify(db).fault, verify(db).broken) == (Fault.ALTERED, "5")


@pytest.mark.parametrize("number", [1, 3])
def test_a_row_removed_by_hand_is_named(db: Session, number: int) -> None:
    five(db)
    run(db, "DELETE FROM audit_entry WHERE number = :n", n=number)
    proof = verify(db)
    assert (proof.fault, proof.broken) == (Fault.REMOVED, str(number))
    assert proof.action == f"thing.act{number + 1}"  # the one that follows


def test_a_row_removed_by_hand_is_named_though_the_rest_was_numbered_anew(db: Session) -> None:
    five(db)
    run(db, "DELETE FROM audit_entry WHERE number = 3")
    run(db, "UPDATE audit_entry SET number = 3 WHERE number = 4")
    run(db, "UPDATE audit_entry SET number = 4 WHERE number = 5")
    assert (verify(db).fault, verify(db).broken) == (Fault.REMOVED, "3")


INSERT = (
    'INSERT INTO audit_entry (id, at, "by", action, subject_kind, subject_id, details, number,'
    " previous, hash) SELECT :id, at, \"by\", 'thing.made_up', subject_kind, subject_id, details,"
    " :number, :previous, :hash FROM audit_entry WHERE action = 'thing.act1'"
)


@pytest.mark.parametrize("number", [None, 0, 6, 3])
def test_a_row_inserted_by_hand_is_named(db: Session, number: int | None) -> None:
    five(db)
    if number == 3:  # where one stands already: the rest moves up
        for one in (5, 4, 3):
            run(db, "UPDATE audit_entry SET number = number + 1 WHERE number = :n", n=one)
    said = {"number": number, "previous": "f" * 64, "hash": "e" * 64}
    db.execute(text(INSERT).bindparams(bindparam("id", uuid4(), Uuid())), said)
    proof = verify(db)
    assert (proof.fault, proof.action) == (Fault.INSERTED, "thing.made_up")
    assert proof.broken == str(number) if number else len(proof.broken) > 30


def test_an_end_that_was_cut_off_is_found_with_a_head_kept_elsewhere(db: Session) -> None:
    five(db)
    kept = verify(db).head
    assert verify(db, kept).fault is None
    run(db, "DELETE FROM audit_entry WHERE number > 3")
    assert verify(db).fault is None
    assert (verify(db, kept).fault, verify(db, kept).broken) == (Fault.CUT_OFF, "4")
    assert verify(db, START).fault is None


def test_a_transaction_that_fails_leaves_no_entry(db: Session) -> None:
    five(db)
    record(db, "王工", "thing.lost", "thing:6")
    record_all(db, "王工", [Entry("thing.lost", "thing:7")])
    db.rollback()
    record(db, "王工", "thing.kept", "thing:8")
    db.commit()
    assert db.exec(select(AuditEntry).where(AuditEntry.action == "thing.lost")).all() == []
    assert (verify(db).length, verify(db).fault) == (6, None)


def test_a_savepoint_rolled_back_takes_its_own_entries_and_no_others(db: Session) -> None:
    def within(*, fails: bool) -> None:
        with db.begin_nested():
            record(db, "王工", "thing.inside", "thing:2")
            record_all(db, "王工", [Entry("thing.inside", "thing:3")])
            if fails:
                raise ArithmeticError

    record(db, "王工", "thing.before", "thing:1")
    with pytest.raises(ArithmeticError):
        within(fails=True)
    within(fails=False)
    record(db, "王工", "thing.after", "thing:4")
    db.commit()
    kept = [entry.action for entry in db.exec(select(AuditEntry).order_by(col(AuditEntry.number)))]
    assert kept == ["thing.before", "thing.inside", "thing.inside", "thing.after"]
    assert (verify(db).length, verify(db).fault) == (4, None)


def test_a_write_that_fails_inside_a_savepoint_spoils_nothing(db: Session) -> None:
    five(db)
    record(db, "王工", "thing.before", "thing:6")

    def fail() -> None:
        with db.begin_nested():
            record(db, "王工", "thing.inside", "thing:7").number = 5  # as another one
            db.flush()

    with pytest.raises(IntegrityError):
        fail()
    db.commit()
    assert (verify(db).length, verify(db).fault) == (6, None)


def test_many_entries_at_once_are_chained_in_their_order(db: Session) -> None:
    entries = [Entry("thing.made", f"thing:{n}", {"n": n}) for n in range(2 * CHUNK + 7)]
    record_all(db, "王工", entries)
    db.commit()
    assert (verify(db).length, verify(db).fault) == (len(entries), None)
    chosen = select(AuditEntry.subject_id).order_by(col(AuditEntry.number))
    assert list(db.exec(chosen)) == [str(n) for n in range(len(entries))]


@pytest.mark.usefixtures("own_database")
def test_writers_at_once_make_one_unbroken_chain() -> None:
    each, writers, failures = 8, 4, []
    ready = threading.Barrier(writers)

    def write(name: str) -> None:
        ready.wait()
        for number in range(each):
            with transaction() as db:
                record(db, name, "thing.made", f"thing:{number}")
                record_all(db, name, [Entry("thing.told", f"thing:{number}")])

    def guarded(act: Callable[[str], None], name: str) -> None:
        try:
            act(name)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(write, f"w{n}")) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with transaction(writes=False) as db:
        proof = verify(db)
        assert (proof.length, proof.fault) == (2 * each * writers, None)


@pytest.mark.usefixtures("own_database")
def test_a_session_closed_without_commit_leaves_nothing_behind_for_its_next_use() -> None:
    session = Session(get_engine())
    record(session, "王工", "thing.lost", "thing:1")
    session.flush()
    session.close()
    record(session, "王工", "thing.kept", "thing:2")
    session.commit()
    assert (verify(session).length, verify(session).fault) == (1, None)
    session.close()
