"""What a listing's own page says of its files."""

from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalogue.stages import Stage
from app.core.db import now
from app.core.files import Attachment
from tests.desk.applications import an_application
from tests.oversight.setting import a_vendor


def test_only_checked_public_files_of_what_was_published_stand_on_the_page(
    client: TestClient, db: Session
) -> None:
    vendor = a_vendor(db)
    published = an_application(db, stage=Stage.PUBLISHED, record_id=vendor.id, open_for=None)
    waiting = an_application(db, stage=Stage.NOTICE, record_id=vendor.id, open_for=None)
    attach(db, published.id, "证书.pdf", is_public=True)
    attach(db, published.id, "内部.pdf", is_public=False)
    attach(db, waiting.id, "未决.pdf", is_public=True)
    page = client.get(f"/vendors/{vendor.slug}").text
    assert "证书.pdf" in page
    assert "内部.pdf" not in page
    assert "未决.pdf" not in page


def attach(db: Session, application_id: UUID, name: str, *, is_public: bool) -> None:
    said = {"name": name, "type": "application/pdf", "size": 2048, "is_public": is_public}
    subject = f"application:{application_id}"
    db.add(Attachment(sha256="0" * 64, subject=subject, checked_at=now(), **said))
    db.flush()
