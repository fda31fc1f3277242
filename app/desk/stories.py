"""The history of an application as sentences in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.audit import AuditEntry
from app.core.formats import format_moment
from app.core.i18n import _, mark
from app.curation.reasons import REFUSAL_REASONS, RETURN_REASONS

SENTENCES: Mapping[str, str] = {
    "application.begun": mark("{who} began it."),
    "application.submitted": mark("{who} handed it in and answers for its truth."),
    "application.recommended": mark("{who} recommended it."),
    "application.scored": mark("{who} gave points."),
    "application.reviewed": mark("{who} reviewed it. Weighted total: {total}."),
    "application.notice": mark("{who} announced it from {starts_on} to {ends_on}."),
    "application.published": mark("{who} published it."),
    "application.returned": mark("{who} returned it for more."),
    "application.refused": mark("{who} refused it."),
    "application.withdrawn": mark("{who} withdrew it."),
    "application.asked": mark("{who} asked the vendor: {question}"),
    "application.answered": mark("{who} answered a question."),
    "application.noted": mark("{who} wrote a note."),
    "application.file_checked": mark("{who} checked the file “{file}”."),
    "application.objected": mark("Somebody objected."),
    "application.objection_upheld": mark("{who} upheld an objection."),
    "application.objection_dismissed": mark("{who} dismissed an objection."),
    "application.taken_up_again": mark("{who} allowed an appeal; it begins anew."),
}
ON_TIME = mark("It was published on its day, as {who} had announced.")
BLANK = dict.fromkeys(("total", "starts_on", "ends_on", "question", "file"), "")


def story(db: Session, application_id: UUID) -> list[tuple[str, str, str]]:
    """What happened, from the beginning: when, a sentence, and why."""
    return [
        (format_moment(entry.at), _sentence(entry), _why(entry))
        for entry in _of(db, application_id)
    ]


def _of(db: Session, application_id: UUID) -> Sequence[AuditEntry]:
    about = select(AuditEntry).where(
        AuditEntry.subject_id == str(application_id), AuditEntry.subject_kind == "application"
    )
    return db.exec(about.order_by(col(AuditEntry.at), col(AuditEntry.number))).all()


def _sentence(entry: AuditEntry) -> str:
    said: dict[str, Any] = {**BLANK, **entry.details, "who": entry.by}
    if entry.details.get("on_time"):
        return _(ON_TIME, **said)
    return _(SENTENCES[entry.action], **said) if entry.action in SENTENCES else entry.action


def _why(entry: AuditEntry) -> str:
    code = str(entry.details.get("code", ""))
    label = {**RETURN_REASONS, **REFUSAL_REASONS}.get(code, "")
    return _(": ").join(part for part in (_(label), entry.why or "") if part)
