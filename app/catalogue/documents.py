"""What the index knows of a record: its document, made from the database alone."""

from collections.abc import Callable

from app.catalogue.models import Case, Information, Record, Solution, Training, Vendor
from app.catalogue.serving import places_served, trades_served
from search.engine import Document, Kind
from search.vocabulary import Vocabulary


def document_of(record: Record, vocabulary: Vocabulary) -> Document:
    """The document of a record whose vendor and organisation are loaded."""
    return MAKERS[record.KIND](record, vocabulary)


def _document(
    record: Record,
    *,
    names: tuple[str | None, ...] = (),
    texts: dict[str, str | None],
    facets: dict[str, tuple[str | None, ...] | list[str]],
    version: int = 0,
    date: str | None = None,
    price_from: int | None = None,
) -> Document:
    published = record.published_at or record.created_at
    return Document(
        id=record.identifier,
        kind=record.KIND,
        version=record.version + version,
        name=record.name,
        names=tuple(dict.fromkeys(n for n in (*names, record.identifier) if n)),
        texts={field: text for field, text in texts.items() if text},
        facets={
            facet: codes for facet, said in facets.items() if (codes := tuple(c for c in said if c))
        },
        price_from=price_from,
        date=published.date().isoformat() if date is None else date,
    )


def _names(codes: list[str], of: Callable[[str], str]) -> str:
    return "、".join(of(code) for code in codes)


def _scenario_names(codes: list[str], vocabulary: Vocabulary) -> str:
    known = vocabulary.scenarios
    return _names([c for c in codes if c in known], lambda code: known[code].name)


def _industry_names(codes: list[str], vocabulary: Vocabulary) -> str:
    known = vocabulary.industries
    return _names([c for c in codes if c in known], lambda code: known[code].name)


def _vendor_facets(
    vendor: Vendor | None, vocabulary: Vocabulary
) -> dict[str, tuple[str | None, ...] | list[str]]:
    if vendor is None:
        return {}
    region = vendor.organisation.region
    return {
        "city": (vocabulary.city_of(region) if region else None,),
        "vendor_kind": (vendor.kind,),
        "whitelist": ("valid" if vendor.listed_until else None,),
    }


def _vendor(record: Record, vocabulary: Vocabulary) -> Document:
    assert isinstance(record, Vendor)  # noqa: S101  MAKERS is keyed by kind
    organisation = record.organisation
    return _document(
        record,
        names=(*organisation.aliases, organisation.credit_code, organisation.identifier),
        texts={
            "summary": record.summary,
            "service_areas": record.service_areas,
            "products": record.products,
            "aliases": "、".join(organisation.aliases),
            "scenario": _scenario_names(record.scenarios, vocabulary),
            "industry": _industry_names(record.industries, vocabulary),
            "region": organisation.region_text,
        },
        facets={
            "industry": record.industries,
            "scenario": record.scenarios,
            **_vendor_facets(record, vocabulary),
        },
    )


def _solution(record: Record, vocabulary: Vocabulary) -> Document:
    assert isinstance(record, Solution)  # noqa: S101  MAKERS is keyed by kind
    return _document(
        record,
        version=record.vendor.version,
        texts={
            "summary": record.summary,
            "scenario": _both(record.scenarios_text, _scenario_names(record.scenarios, vocabulary)),
            "industry": _both(
                record.industries_text, _industry_names(record.industries, vocabulary)
            ),
            "vendor": record.vendor.name,
        },
        facets={
            "industry": record.industries,
            "scenario": record.scenarios,
            "deployment": record.deployment,
            "price_model": (record.price_model,),
            "served": places_served(record.vendor.service_areas, vocabulary),
            "trade": trades_served(record, vocabulary),
            "seller": (record.vendor.identifier,),
            **_vendor_facets(record.vendor, vocabulary),
        },
        price_from=record.price_from,
    )


def _case(record: Record, vocabulary: Vocabulary) -> Document:
    assert isinstance(record, Case)  # noqa: S101  MAKERS is keyed by kind
    facets = _vendor_facets(record.vendor, vocabulary)
    if record.region:
        facets["city"] = (vocabulary.city_of(record.region),)
    return _document(
        record,
        version=record.vendor.version if record.vendor else 0,
        texts={
            "summary": record.summary,
            "results": record.results,
            "factory": record.factory,
            "scenario": _both(record.scenarios_text, _scenario_names(record.scenarios, vocabulary)),
            "industry": _both(
                record.industries_text, _industry_names(record.industries, vocabulary)
            ),
            "vendor": record.vendor.name if record.vendor else None,
        },
        facets={"industry": record.industries, "scenario": record.scenarios, **facets},
        date=str(record.year) if record.year else None,
    )


def _both(said: str | None, named: str) -> str:
    """What the list says and what we call it, without saying the same thing twice."""
    return "、".join(dict.fromkeys(part for part in (said, named) if part))


def _information(record: Record, vocabulary: Vocabulary) -> Document:
    assert isinstance(record, Information)  # noqa: S101  MAKERS is keyed by kind
    return _document(
        record,
        names=(record.document_number,),
        texts={
            "summary": record.summary,
            "issuer": record.issuer,
            "document_number": record.document_number,
        },
        facets={
            "category": (record.category,),
            "year": (record.issued_on[:4] if record.issued_on else None,),
            "city": (vocabulary.city_of(record.region) if record.region else None,),
        },
        date=record.issued_on or "",  # without one it comes last
    )


def _training(record: Record, vocabulary: Vocabulary) -> Document:
    assert isinstance(record, Training)  # noqa: S101  MAKERS is keyed by kind
    return _document(
        record,
        texts={
            "summary": record.summary,
            "organiser": record.organiser,
            "venue": record.venue,
            "audience": record.audience,
            "teacher": record.teacher,
            "scenario": _scenario_names(record.scenarios, vocabulary),
            "industry": _industry_names(record.industries, vocabulary),
        },
        facets={
            "scenario": record.scenarios,
            "industry": record.industries,
            "city": (vocabulary.city_of(record.region) if record.region else None,),
            "mode": (record.mode,),
            "level": (record.level,),
        },
        date=record.starts_on or "",
    )


MAKERS: dict[Kind, Callable[[Record, Vocabulary], Document]] = {
    Kind.VENDOR: _vendor,
    Kind.SOLUTION: _solution,
    Kind.CASE: _case,
    Kind.INFORMATION: _information,
    Kind.TRAINING: _training,
}
