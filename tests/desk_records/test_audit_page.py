"""The audit trail searched on its page, looked through every day, and proven by a command."""

import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

from app.accounts.models import StaffRole
from app.cli import app as pool
from app.core import audit, worker
from app.core.db import now, transaction
from app.curation import trail
from search.engine import Kind
from tests.factories import a_record
from tests.people import DONGGUAN, GUANGZHOU, PROVINCE, a_person, sign_in, staff, visitor


def auditor(client: TestClient, db: Session, region: str = PROVINCE) -> TestClient:
    client.follow_redirects = False
    return sign_in(client, db, staff(db, StaffRole.AUDITOR, region=region, name="审计员甲"))


def some_entries(db: Session) -> None:
    """A vendor here and one there, each with an act of a person of its own."""
    for name, region in (("东莞甲厂有限公司", DONGGUAN), ("广州乙厂有限公司", GUANGZHOU)):
        vendor = a_record(db, Kind.VENDOR, name=name, region=region)
        actor = visitor(db, a_person(db, f"{name[:2]}的人"))
        said = {"before": {"summary": "旧文"}, "after": {"summary": "新文"}, "why": "更正"}
        audit.record(db, actor, "vendor.changed", vendor, **said)


def test_entries_are_read_as_sentences_with_what_changed_and_why(
    client: TestClient, db: Session
) -> None:
    some_entries(db)
    auditor(client, db)
    page = client.get("/desk/audit").text
    assert "东莞的人 changed “东莞甲厂有限公司”" in page
    assert "<del>旧文</del>" in page
    assert "<ins>新文</ins>" in page
    assert "Why: 更正" in page
    assert "“list.csv”" in page


@pytest.mark.parametrize(
    "query",
    [
        "by=东莞的",
        "action=vendor.changed&object=东莞甲",
        "kind=vendor&by=东莞&since=2020-01-01&until=2999-01-01",
    ],
)
def test_entries_are_found_by_who_what_and_when(
    client: TestClient, db: Session, query: str
) -> None:
    some_entries(db)
    auditor(client, db)
    page = client.get(f"/desk/audit?{query}").text
    assert "1 entry<" in page
    assert "东莞甲厂有限公司" in page
    assert "广州的人" not in page


def test_entries_are_found_by_a_permanent_identifier(client: TestClient, db: Session) -> None:
    vendor = a_record(db, Kind.VENDOR, name="东莞甲厂有限公司", region=DONGGUAN)
    auditor(client, db)
    page = client.get(f"/desk/audit?object={vendor.identifier.upper()}").text
    assert "Test operator published “东莞甲厂有限公司”" in page
    assert "No entry fits" in client.get("/desk/audit?since=2999-01-01").text
    assert client.get("/desk/audit?since=yesterday").status_code == 422


def test_an_auditor_of_a_city_reads_only_what_happened_there(
    client: TestClient, db: Session
) -> None:
    some_entries(db)
    auditor(client, db, DONGGUAN)
    page = client.get("/desk/audit").text
    assert "东莞甲厂有限公司" in page
    assert "广州" not in page.partition('id="results"')[2]
    assert "No entry fits" in client.get("/desk/audit?by=广州的").text


@pytest.mark.usefixtures("own_database")
def test_the_chain_is_looked_through_when_asked_and_the_finding_joins_it() -> None:
    with transaction() as db:
        audit.record(db, "王工", "thing.made", "thing:1")
        trail.daily(db)
        trail.ask_for_check(db)  # waits already
    assert worker.drain().done == 1
    with transaction() as db:
        found = trail.last_check(db)
        assert found is not None
        assert (found.details["length"], found.details["fault"]) == (1, None)
        db.execute(text("UPDATE audit_entry SET why = 'x' WHERE number = 1"))
        trail.ask_for_check(db)
    worker.drain()
    with transaction(writes=False) as db:
        found = trail.last_check(db)
        assert found is not None
        assert (found.details["entry"], found.details["fault"]) == ("1", "altered")


def test_asking_for_a_look_through_the_chain_comes_back_to_the_page(
    client: TestClient, db: Session
) -> None:
    auditor(client, db)
    assert "Not looked through yet" in client.get("/desk/audit").text
    assert client.post("/desk/audit/check").headers["location"] == "/desk/audit"


@pytest.mark.usefixtures("own_database")
def test_the_command_proves_the_chain_and_names_what_is_broken() -> None:
    def verify(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(pool, ["audit", "verify", *args])
        return done.exit_code, done.output

    with transaction() as db:
        for number in range(1, 5):
            audit.record(db, "王工", f"thing.act{number}", f"thing:{number}")
    code, said = verify("--json")
    head = json.loads(said)["head"]
    assert (code, json.loads(said)["length"]) == (0, 4)
    assert head in verify("--expect", head)[1]
    assert verify("--expect", "short")[0] == 2
    with transaction() as db:
        db.execute(text("DELETE FROM audit_entry WHERE number = 4"))
    assert verify()[0] == 0
    code, said = verify("--expect", head)
    assert code == 1
    assert "4" in said
    with transaction() as db:
        db.execute(text("UPDATE audit_entry SET action = 'thing.act' WHERE number = 2"))
    code, said = verify("--json")
    broken = json.loads(said)["broken"]
    assert (code, broken["entry"], broken["fault"]) == (1, "2", "altered")
    assert broken["action"] == "thing.act"
    assert broken["at"] > (now() - timedelta(hours=1)).isoformat()
    code, said = verify()
    assert code == 1
    assert "thing.act" in said
