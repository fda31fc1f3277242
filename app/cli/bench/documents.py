"""Generated listings as the index sees them, made as those of the catalogue are made."""

from collections.abc import Iterator

from app.catalogue.documents import document_of
from app.catalogue.models import Organisation, Solution, Vendor, VendorKind
from app.cli.bench.listings import OFFERS_OF_ONE_VENDOR, Company, Generator, Offer
from search.engine import Document
from search.vocabulary import Vocabulary


def generated(vocabulary: Vocabulary, size: int) -> Iterator[Document]:
    """Documents of so many generated solutions."""
    return (document_of(one, vocabulary) for one in solutions(vocabulary, size))


def solutions(vocabulary: Vocabulary, size: int) -> Iterator[Solution]:
    """So many generated solutions with their vendors, in no database yet."""
    generator = Generator(vocabulary)
    vendors: dict[str, Vendor] = {}
    offers = generator.offers(size, generator.companies(companies_for(size)))
    for number, offer in enumerate(offers, start=1):
        company = offer.company
        vendor = vendors.get(company.name) or _vendor(company, len(vendors) + 1)
        vendors[company.name] = vendor
        yield _solution(offer, vendor, number)


def companies_for(size: int) -> int:
    """How many companies offer so many solutions."""
    return max(1, size // OFFERS_OF_ONE_VENDOR)


def _vendor(company: Company, number: int) -> Vendor:
    organisation = Organisation(name=company.name, region=company.city.code)
    vendor = Vendor(
        organisation_id=organisation.id,
        identifier=f"v-{number}",
        slug=f"v-{number}",
        name=company.name,
        kind=VendorKind.PLATFORM if company.kind == "平台商" else VendorKind.SERVICE,
    )
    vendor.organisation = organisation
    return vendor


def _solution(offer: Offer, vendor: Vendor, number: int) -> Solution:
    solution = Solution(
        vendor_id=vendor.id,
        identifier=f"s-{number}",
        slug=f"s-{number}",
        name=offer.name,
        summary=offer.summary,
        industries=[offer.industry.code],
        industries_text=offer.industry.short,
        scenarios=[offer.scenario.code],
        scenarios_text=offer.scenario.name,
        deployment=[offer.deployment.code],
        price_model=offer.price_model.code,
        price_from=offer.price_from,
        year=offer.year,
    )
    solution.vendor = vendor
    return solution
