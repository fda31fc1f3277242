"""What a vendor may say of a listing: each field with its name, its help and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.i18n import mark
from search.engine import Kind


class Input(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    SITE = "site"
    YEAR = "year"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"  # in China's time, to the second
    NAMES = "names"  # several, parted by 、 or a new line
    CODE = "code"
    CODES = "codes"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to say. `why` tells what it is good for; a `needed` one cannot be left out."""

    name: str
    label: str
    section: str
    input: Input = Input.LINE
    help: str = ""
    why: str = ""
    most: int = 100  # characters
    facet: str = ""
    needed: bool = False
    english_of: str = ""  # the field whose English it is


BASICS = mark("What it is")
USE = mark("What it is for")
TERMS = mark("How it is delivered and what it costs")
PROOF = mark("What it brought")
CONTACT = mark("Where to find you")
IN_ENGLISH = mark("In English")

NAME_EN = Field(
    "name_en",
    mark("Name in English"),
    IN_ENGLISH,
    help=mark("As you use it yourself; nobody translates it for you."),
    why=mark("Readers of the English pages see the Chinese name otherwise."),
    english_of="name",
)
SUMMARY_EN = Field(
    "summary_en",
    mark("Summary in English"),
    IN_ENGLISH,
    Input.TEXT,
    help=mark("Two or three sentences are enough."),
    why=mark("Without it the English pages have nothing to show but Chinese."),
    most=3000,
    english_of="summary",
)
SCENARIOS = Field(
    "scenarios",
    mark("Scenarios"),
    USE,
    Input.CODES,
    help=mark("What factories use it for. Tick what it is made for, not all that it can touch."),
    why=mark("Factories search and filter by it; without one it is found by its words alone."),
    facet="scenario",
    needed=True,
)
INDUSTRIES = Field(
    "industries",
    mark("Industries"),
    USE,
    Input.CODES,
    help=mark("Where it has been used or is made for. Leave all empty if it fits every industry."),
    why=mark("Factories narrow the list to their own industry."),
    facet="industry",
)

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.VENDOR: (
        Field(
            "name",
            mark("Name"),
            BASICS,
            help=mark("The full legal name, as on the business licence."),
            why=mark("It is how the listing is found and told from others."),
            needed=True,
        ),
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
        Field(
            "summary",
            mark("Summary"),
            BASICS,
            Input.TEXT,
            help=mark("Who you are and what you are best at. No advertising words."),
            why=mark("It stands in every list of results; a search looks through it."),
            most=3000,
            needed=True,
        ),
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
        Field(
            "name",
            mark("Name"),
            BASICS,
            help=mark("What you call it, with a word that says what it is."),
            why=mark("It is how the listing is found and told from others."),
            needed=True,
        ),
        Field(
            "summary",
            mark("Summary"),
            BASICS,
            Input.TEXT,
            help=mark("Which problem of which factories it solves, and how. Figures help."),
            why=mark("It stands in every list of results; a search looks through it."),
            most=3000,
            needed=True,
        ),
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
        Field(
            "name",
            mark("Name"),
            BASICS,
            help=mark("What was done, where: “MES for an injection moulder in Dongguan”."),
            why=mark("It is how the listing is found and told from others."),
            needed=True,
        ),
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
        Field(
            "summary",
            mark("Summary"),
            BASICS,
            Input.TEXT,
            help=mark("What the factory needed, what was put in, how long it took."),
            why=mark("It stands in every list of results; a search looks through it."),
            most=3000,
            needed=True,
        ),
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
}
KINDS = tuple(FIELDS)


def sections(kind: Kind) -> list[tuple[str, list[Field]]]:
    """The fields of a kind under the headings of the form."""
    grouped: dict[str, list[Field]] = {}
    for field in FIELDS[kind]:
        grouped.setdefault(field.section, []).append(field)
    return list(grouped.items())
