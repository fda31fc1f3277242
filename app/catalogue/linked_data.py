"""What a page says to programs: schema.org in JSON-LD, from the same values as the page."""

from collections.abc import Callable, Mapping
from typing import Any

from app.catalogue.addresses import address, permanent_address
from app.catalogue.index import get_vocabulary
from app.catalogue.labels import code_label, region_label
from app.catalogue.models import Case, Information, Record, Solution, Training, Vendor
from app.core.formats import format_date
from search.engine import Kind

Data = dict[str, Any]
ATTENDANCE: Mapping[str, str] = {
    "online": "https://schema.org/OnlineEventAttendanceMode",
    "offline": "https://schema.org/OfflineEventAttendanceMode",
    "hybrid": "https://schema.org/MixedEventAttendanceMode",
}


def of(record: Record, home: str) -> Data:
    """The JSON-LD of a record; `home` is the site's address without a slash."""
    data = {
        "@context": "https://schema.org",
        "@id": home + permanent_address(record.identifier),
        "identifier": record.identifier,
        "url": home + address(record),
        "name": record.name,
        "description": record.summary,
        "dateModified": format_date(record.updated_at),
        **MAKERS[record.KIND](record, home),
    }
    return {name: value for name, value in data.items() if value not in (None, "", [])}


def _solution(record: Record, home: str) -> Data:
    assert isinstance(record, Solution)  # noqa: S101  MAKERS is keyed by kind
    return {
        "@type": "Service",
        "serviceType": [code_label("scenario", code) for code in record.scenarios],
        "provider": _reference(record.vendor, home),
    }


def _vendor(record: Record, home: str) -> Data:  # noqa: ARG001
    assert isinstance(record, Vendor)  # noqa: S101  MAKERS is keyed by kind
    organisation = record.organisation
    region = organisation.region
    return {
        "@type": "Organization",
        "alternateName": organisation.aliases,
        "taxID": organisation.credit_code,
        "address": region_label(region) if region else organisation.region_text,
        "areaServed": _places(record.service_areas),
    }


def _case(record: Record, home: str) -> Data:
    assert isinstance(record, Case)  # noqa: S101  MAKERS is keyed by kind
    about = [thing for thing in (record.vendor, record.shown_solution) if thing]
    return {
        "@type": "Article",
        "headline": record.name,
        "about": [_reference(thing, home) for thing in about],
        "temporalCoverage": str(record.year) if record.year else None,
    }


def _information(record: Record, home: str) -> Data:
    assert isinstance(record, Information)  # noqa: S101  MAKERS is keyed by kind
    issuer = {"@type": "GovernmentOrganization", "name": record.issuer} if record.issuer else None
    number = record.document_number
    return {
        "@type": "Article",
        "headline": record.name,
        "alternativeHeadline": number,
        "author": issuer,
        "datePublished": record.issued_on,
        "articleSection": code_label("category", record.category) if record.category else None,
        "spatialCoverage": region_label(record.region) if record.region else record.region_text,
        "expires": record.valid_until,
        "isPartOf": {"@type": "WebSite", "@id": f"{home}/", "name": "粤工汇"},
    }


def _training(record: Record, home: str) -> Data:  # noqa: ARG001
    assert isinstance(record, Training)  # noqa: S101  MAKERS is keyed by kind
    organiser = {"@type": "Organization", "name": record.organiser} if record.organiser else None
    region = region_label(record.region) if record.region else record.region_text
    place = record.venue or region
    if record.organisation_id:  # its sittings are events of their own
        return {"@type": "Course", "provider": organiser, "educationalLevel": record.level}
    return {
        "@type": "Event",
        "startDate": record.starts_on,
        "organizer": organiser,
        "location": {"@type": "Place", "name": place, "address": region} if place else None,
        "eventAttendanceMode": ATTENDANCE.get(record.mode or ""),
        "audience": {"@type": "Audience", "name": record.audience} if record.audience else None,
    }


def _places(said: str | None) -> str | None:
    """A service area, unless it names lines of business, as many lists do, and no place."""
    is_place = said and ("全国" in said or get_vocabulary().regions_in(said))
    return said if is_place else None


def _reference(record: Record, home: str) -> Data:
    return {"@id": home + permanent_address(record.identifier), "name": record.name}


MAKERS: Mapping[Kind, Callable[[Record, str], Data]] = {
    Kind.SOLUTION: _solution,
    Kind.VENDOR: _vendor,
    Kind.CASE: _case,
    Kind.INFORMATION: _information,
    Kind.TRAINING: _training,
}
