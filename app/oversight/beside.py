"""What a listing's own page says of its files and of the spot checks of its vendor."""

from typing import Any

from sqlmodel import Session

from app.catalogue.models import Record, Vendor
from app.catalogue.pages import beside
from app.curation.applications import attached
from app.curation.oversight import checks, wording


@beside
def files_and_findings(db: Session, record: Record) -> dict[str, Any]:
    findings = checks.published_of(db, record) if isinstance(record, Vendor) else []
    return {"files": attached.public_of(db, record), "findings": findings, "wording": wording}
