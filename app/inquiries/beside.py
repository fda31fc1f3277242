"""What manufacturers say of a vendor, on the vendor's own page."""

from typing import Any

from sqlmodel import Session

from app.catalogue.models import Record, Vendor
from app.catalogue.pages import beside
from app.inquiries import ratings


@beside
def ratings_of(db: Session, record: Record) -> dict[str, Any]:
    found = ratings.of_vendor(db, record.id) if isinstance(record, Vendor) else None
    return {"ratings": found, "average_from": ratings.AVERAGE_FROM}
