"""Smoke."""

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import StaffRole
from tests.people import sign_in, staff


def test_header_says_who(client: TestClient, db: Session) -> None:
    assert "Sign in" in client.get("/").text
    person = staff(db, StaffRole.REVIEWER, name="审核员甲")
    sign_in(client, db, person)
    assert "审核员甲" in client.get("/").text
