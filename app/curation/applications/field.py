"""One thing to say in a form: its name, its help and its limits; those that kinds share."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.i18n import mark


class Input(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    SITE = "site"
    YEAR = "year"
    MONEY = "money"
    NUMBER = "number"  # a whole one, from 0
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
    highest: int = 100  # of a number
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


def named(help: str) -> Field:
    """The field of a name, with what is to be said of names of its kind."""
    why = mark("It is how the listing is found and told from others.")
    return Field("name", mark("Name"), BASICS, help=help, why=why, needed=True)


def summarised(help: str) -> Field:
    """The field of a summary, with what its kind should say."""
    why = mark("It stands in every list of results; a search looks through it.")
    label = mark("Summary")
    return Field("summary", label, BASICS, Input.TEXT, help, why, most=3000, needed=True)
