"""Attachments: bytes on disk under their own hash, and a row that says what and whose they are."""

import hashlib
import io
import os
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import puremagic
from sqlmodel import Field, Session, SQLModel, select

from app.core.db import lock, now
from app.core.errors import Invalid, NotFound
from app.core.outbox import enqueue, job
from app.core.settings import get_settings

MOST_BYTES = 10 * 1024 * 1024
TYPES = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_NAME = 120


class Attachment(SQLModel, table=True):
    """One file that somebody sent. Nobody but its owner and staff see it until it is checked."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sha256: str
    name: str
    type: str
    size: int  # bytes
    subject: str = Field(index=True)  # what it belongs to, like "application:<uuid>"
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    by: UUID | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=now)
    checked_by: UUID | None = Field(default=None, foreign_key="person.id")
    checked_at: datetime | None = None
    is_public: bool = False


def keep(
    db: Session,
    content: bytes,
    name: str,
    *,
    subject: str,
    organisation_id: UUID | None,
    by: UUID | None,
) -> Attachment:
    """Store a file; what it is follows from its bytes, never from its name.

    The bytes are on disk before the row is written, so no row lacks its file. Raises `Invalid`
    for an empty or too large file and for a type that is not taken.
    """
    if not content:
        raise Invalid("The file is empty. Choose another.")
    if len(content) > MOST_BYTES:
        raise Invalid("The file is larger than {most} MB. Send a smaller one.", most=10)
    kind = type_of(content)
    digest = hashlib.sha256(content).hexdigest()
    _hold(db, digest)
    _write(digest, content)
    stem = Path(name.replace("\\", "/")).stem.strip()[:LONGEST_NAME] or "file"
    attachment = Attachment(
        sha256=digest,
        name=stem + TYPES[kind],
        type=kind,
        size=len(content),
        subject=subject,
        organisation_id=organisation_id,
        by=by,
    )
    db.add(attachment)
    return attachment


def remove(db: Session, attachment: Attachment) -> None:
    """Take a file away; its bytes go once this is committed, unless another row needs them."""
    db.delete(attachment)
    enqueue(db, "files.drop", sha256=attachment.sha256)


@job("files.drop")
def drop(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Delete bytes that no row names any more."""
    digest = str(payloads[0]["sha256"])
    _hold(db, digest)
    if db.exec(select(Attachment.id).where(Attachment.sha256 == digest)).first() is None:
        _path(digest).unlink(missing_ok=True)


def _hold(db: Session, digest: str) -> None:
    """Whoever stores these bytes and whoever deletes them wait for each other's end."""
    lock(db, int(digest[:15], 16))


def type_of(content: bytes) -> str:
    """The media type that the bytes themselves tell; raises `Invalid` for one not taken."""
    kind = _office(content) if content.startswith(b"PK") else _magic(content)
    if kind not in TYPES:
        raise Invalid("Only PDF, PNG, JPEG, DOCX and XLSX files are taken.")
    return kind


def _magic(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _office(content: bytes) -> str:
    """Office files are archives; what they are is told by the names of their parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        return ""
    return next((kind for part, kind in OFFICE.items() if part in parts), "")


def read(attachment: Attachment) -> bytes:
    """The bytes; raises `NotFound` when the file is gone from disk."""
    path = _path(attachment.sha256)
    if not path.is_file():
        raise NotFound("The file is no longer there.")
    return path.read_bytes()


def _path(digest: str) -> Path:
    return get_settings().home / "files" / digest[:2] / digest


def _write(digest: str, content: bytes) -> None:
    path = _path(digest)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
