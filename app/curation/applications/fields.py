"""What may be said of a listing: the fields of each kind that organisations offer."""

from collections.abc import Mapping

from app.core.i18n import mark
from app.curation.applications.field import (
    BASICS,
    CONTACT,
    INDUSTRIES,
    NAME_EN,
    PROOF,
    SCENARIOS,
    SUMMARY_EN,
    TERMS,
    USE,
    Field,
    Input,
    named,
    summarised,
)
from app.curation.applications.training_fields import TRAINING
from search.engine import Kind

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.VENDOR: (
        named(mark("The full legal name, as on the business licence.")),
        Field(
            "aliases",
            mark("Other names"),
            BASICS,
            Input.NAMES,
            help=mark("Short names and brands that people search for, one a line."),
            why=mark("People search for the brand, not for the legal name."),
            most=300,
        ),
        Field(
            "kind",
            mark("Vendor type"),
            BASICS,
            Input.CODE,
            help=mark("A platform vendor runs an industrial internet platform of its own."),
            why=mark("The scheme treats platform vendors and service providers differently."),
            facet="vendor_kind",
            needed=True,
        ),
        summarised(mark("Who you are and what you are best at. No advertising words.")),
        Field(
            "service_areas",
            mark("Fields of service"),
            USE,
            Input.TEXT,
            help=mark("Say in your own words which fields you serve."),
            why=mark("It answers whether you do this at all."),
            most=500,
        ),
        Field(
            "products",
            mark("Products and services"),
            USE,
            Input.TEXT,
            help=mark("The names of your products, with a word about each."),
            why=mark("Factories that know a product by its name find you through it."),
            most=2000,
            needed=True,
        ),
        SCENARIOS,
        INDUSTRIES,
        Field(
            "region",
            mark("Registered in"),
            CONTACT,
            Input.CODE,
            help=mark("It is never a condition: vendors from elsewhere are welcome."),
            why=mark("It decides which city or county looks at your applications first."),
            facet="city",
            needed=True,
        ),
        Field(
            "website",
            mark("Website"),
            CONTACT,
            Input.SITE,
            help=mark("With or without https:// in front."),
            why=mark("Factories look there before they ask."),
            most=200,
        ),
        NAME_EN,
        SUMMARY_EN,
    ),
    Kind.SOLUTION: (
        named(mark("What you call it, with a word that says what it is.")),
        summarised(mark("Which problem of which factories it solves, and how. Figures help.")),
        SCENARIOS,
        INDUSTRIES,
        Field(
            "deployment",
            mark("Deployment"),
            TERMS,
            Input.CODES,
            help=mark("Where it can run. Tick all that you really offer."),
            why=mark("Many factories rule out what cannot stay in their own rooms."),
            facet="deployment",
            needed=True,
        ),
        Field(
            "price_model",
            mark("Pricing"),
            TERMS,
            Input.CODE,
            help=mark("How it is mostly paid for."),
            why=mark("Vouchers pay for some kinds of pricing and not for others."),
            facet="price_model",
            needed=True,
        ),
        Field(
            "price_from",
            mark("Price from (yuan)"),
            TERMS,
            Input.MONEY,
            help=mark("The lowest price that a factory has really paid, like 9800."),
            why=mark("With a budget in the search, listings without a price come last."),
            most=20,
        ),
        Field(
            "price_text",
            mark("Price in words"),
            TERMS,
            help=mark("What the price depends on, like “38,000 a year for up to 50 machines”."),
            why=mark("A price that explains itself is asked about less."),
            most=200,
        ),
        NAME_EN,
        SUMMARY_EN,
    ),
    Kind.CASE: (
        named(mark("What was done, where: “MES for an injection moulder in Dongguan”.")),
        Field(
            "factory",
            mark("Factory"),
            BASICS,
            help=mark("The name of the factory. Ask it first whether it may be named."),
            why=mark("A case in a factory that has a name can be asked about."),
            needed=True,
        ),
        Field(
            "region",
            mark("Place"),
            BASICS,
            Input.CODE,
            help=mark("Where the factory stands."),
            why=mark("Factories look for cases nearby that they can visit."),
            facet="city",
        ),
        Field(
            "year",
            mark("Year"),
            BASICS,
            Input.YEAR,
            help=mark("When it went into use."),
            why=mark("A case without a year looks old."),
            most=4,
        ),
        summarised(mark("What the factory needed, what was put in, how long it took.")),
        SCENARIOS,
        INDUSTRIES,
        Field(
            "results",
            mark("Results"),
            PROOF,
            Input.TEXT,
            help=mark("Before and after, in figures, and who measured them."),
            why=mark("It is the first thing that a reader of a case looks for."),
            most=2000,
            needed=True,
        ),
        NAME_EN,
        SUMMARY_EN,
    ),
    Kind.TRAINING: TRAINING,
}
KINDS = tuple(FIELDS)  # that organisations offer


def sections(kind: Kind) -> list[tuple[str, list[Field]]]:
    """The fields of a kind under the headings of the form."""
    grouped: dict[str, list[Field]] = {}
    for field in FIELDS[kind]:
        grouped.setdefault(field.section, []).append(field)
    return list(grouped.items())
