"""What a manufacturer says of a need: each field with its name, its help and its limits."""

from collections.abc import Mapping
from typing import Any

from app.core.i18n import mark
from app.curation.applications.field import Field, Input
from app.curation.applications.forms import get
from app.needs.models import Confidentiality, Need

WORDS = mark("What you need")
LIMITS = mark("What an answer has to keep to")
TIME = mark("Until when")

FIELDS: tuple[Field, ...] = (
    Field(
        "title",
        mark("Title"),
        WORDS,
        help=mark("One line that says what it is about, without your name."),
        why=mark("It is what vendors see first, in the list and in their mail."),
        most=80,
        needed=True,
    ),
    Field(
        "text",
        mark("In your own words"),
        WORDS,
        Input.TEXT,
        help=mark("What goes wrong, on which machines, and what should be better. Figures help."),
        why=mark("Everything is matched with what stands here."),
        most=4000,
        needed=True,
    ),
    Field(
        "systems",
        mark("Systems already in use"),
        WORDS,
        Input.TEXT,
        help=mark("ERP, MES and the like, with their makers, and what has to work with them."),
        why=mark("Vendors ask for it before anything else."),
        most=1000,
    ),
    Field(
        "region",
        mark("Where the work is done"),
        LIMITS,
        Input.CODE,
        help=mark("The county or town of the factory, or at least its city."),
        why=mark("Vendors that say they do not serve this place are left out."),
        facet="city",
        needed=True,
    ),
    Field(
        "industries",
        mark("Industries"),
        LIMITS,
        Input.CODES,
        help=mark("What your factory makes. One or two are enough."),
        why=mark("Vendors that only serve other industries are left out."),
        facet="industry",
        needed=True,
    ),
    Field(
        "budget_from",
        mark("Budget from (yuan)"),
        LIMITS,
        Input.MONEY,
        help=mark("In figures, like 100000."),
        why=mark("A range tells vendors how much of a solution is wanted."),
        most=20,
    ),
    Field(
        "budget_to",
        mark("Budget up to (yuan)"),
        LIMITS,
        Input.MONEY,
        help=mark("What costs more is left out; prices that are not published stay in."),
        why=mark("Solutions that cost more are left out."),
        most=20,
    ),
    Field(
        "deployment",
        mark("Deployment"),
        LIMITS,
        Input.CODES,
        help=mark("Where it may run. Tick nothing if it does not matter."),
        why=mark("Solutions that can only run elsewhere are left out."),
        facet="deployment",
    ),
    Field(
        "wanted_by",
        mark("Wanted by"),
        TIME,
        Input.DAY,
        help=mark("When it should be at work."),
        why=mark("Vendors know whether they can make it."),
    ),
    Field(
        "closes_at",
        mark("Closes at (China time)"),
        TIME,
        Input.MOMENT,
        help=mark("Vendors may answer until this second."),
        why=mark("Without an end nobody knows whether an answer still counts."),
        needed=True,
    ),
    Field(
        "questions_until",
        mark("Questions until (China time)"),
        TIME,
        Input.MOMENT,
        help=mark("Leave it empty to take questions until the need closes."),
        why=mark("You have time to answer before vendors have to."),
    ),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
EMPTY: Mapping[Input, Any] = {Input.CODES: [], Input.LINE: "", Input.TEXT: ""}

CONFIDENTIALITIES: Mapping[Confidentiality, str] = {
    Confidentiality.PUBLIC: mark("Public"),
    Confidentiality.MATCHED: mark("Matched vendors only"),
    Confidentiality.HIDDEN: mark("Hidden identity"),
}
CONFIDENTIALITY_MEANS: Mapping[Confidentiality, str] = {
    Confidentiality.PUBLIC: mark("Everybody reads it and sees whose it is."),
    Confidentiality.MATCHED: mark(
        "Only the vendors that it is matched with, and the staff of its region, see it."
    ),
    Confidentiality.HIDDEN: mark(
        "Everybody reads it; your name, and any place smaller than the city, stay hidden."
    ),
}


def values_of(need: Need) -> dict[str, Any]:
    """What a need says in these fields, as far as it says anything."""
    said = {field.name: getattr(need, field.name) for field in FIELDS}
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def put_values(need: Need, values: Mapping[str, Any]) -> None:
    """Make a need say these values, and nothing in the other fields."""
    for field in FIELDS:
        said = get(values, field)
        empty = EMPTY.get(field.input)
        setattr(need, field.name, (list(empty) if empty == [] else empty) if said is None else said)
