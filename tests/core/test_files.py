"""Attachments: what a file is follows from its bytes, and nothing is stored half."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlmodel import Session, select

from app.core import files
from app.core.errors import Invalid, NotFound
from app.core.outbox import Job
from app.core.settings import get_settings

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_HOME", str(tmp_path))
    get_settings.cache_clear()


def a_workbook() -> bytes:
    written = io.BytesIO()
    Workbook().save(written)
    return written.getvalue()


def keep(db: Session, content: bytes, name: str = "证书.pdf") -> files.Attachment:
    return files.keep(db, content, name, subject="test:1", organisation_id=None, by=None)


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (PDF, "证书.exe", "证书.pdf"),
        (PNG, "../../图 1.html", "图 1.png"),
        (a_workbook(), "C:\\表\\清单.xlsm", "清单.xlsx"),
    ],
)
def test_a_file_is_named_by_what_it_is(db: Session, content: bytes, name: str, kept: str) -> None:
    attachment = keep(db, content, name)
    assert attachment.name == kept
    assert files.read(attachment) == content


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><script>alert(1)</script>", b"MZ\x90\x00\x03", b"PK\x03\x04nothing", b"<svg/>"],
)
def test_other_files_are_not_taken(db: Session, content: bytes) -> None:
    with pytest.raises(Invalid):
        keep(db, content)


def test_a_file_may_be_large_but_not_larger(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", len(PDF))
    assert keep(db, PDF).size == len(PDF)
    with pytest.raises(Invalid, match="larger"):
        keep(db, PDF + b"\n")


def test_a_file_that_is_gone_from_disk_is_missing(db: Session, tmp_path: Path) -> None:
    attachment = keep(db, PDF)
    next((tmp_path / "files").rglob(attachment.sha256)).unlink()
    with pytest.raises(NotFound):
        files.read(attachment)


def test_bytes_go_with_the_last_row_that_names_them(db: Session) -> None:
    one, same = keep(db, PDF), keep(db, PDF, "copy.pdf")
    db.flush()
    for attachment, there in ((one, True), (same, False)):
        files.remove(db, attachment)
        db.flush()
        waiting = db.exec(select(Job).where(Job.name == "files.drop")).all()
        files.drop(db, [waiting[-1].payload])
        assert (get_settings().home / "files" / one.sha256[:2] / one.sha256).is_file() is there
    files.drop(db, [waiting[-1].payload])
    assert files.read(keep(db, PDF)) == PDF
