"""The audit trail names who, what and to what."""

from uuid import uuid4

from sqlmodel import Session, select

from app.core.audit import AuditEntry, record
from app.core.db import now


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
