"""What an organisation says of a training that it offers."""

from dataclasses import replace

from app.core.i18n import mark
from app.curation.applications.field import (
    BASICS,
    INDUSTRIES,
    NAME_EN,
    SCENARIOS,
    SUMMARY_EN,
    Field,
    Input,
    named,
    summarised,
)

TOPICS = mark("What it is about")
SHAPE = mark("How it is given")
COST = mark("What a seat costs, and giving it back")
LONGEST_NOTICE = 90  # days

TRAINING = (
    named(mark("What is taught, to whom: “Reading machine data, for foremen”.")),
    summarised(mark("What somebody can do afterwards, and how the day goes.")),
    Field(
        "audience",
        mark("For whom"),
        BASICS,
        help=mark("Who gets most out of it, and what they should know before."),
        why=mark("Factories send the right people."),
        most=200,
        needed=True,
    ),
    Field(
        "level",
        mark("Level"),
        BASICS,
        Input.CODE,
        help=mark("What it takes to follow."),
        why=mark("Trainings are filtered by it."),
        facet="level",
        needed=True,
    ),
    replace(
        SCENARIOS,
        section=TOPICS,
        help=mark("What those who attend want to do. Tick what is really taught."),
        why=mark("It is suggested beside needs and solutions of the same scenario."),
        needed=False,
    ),
    replace(
        INDUSTRIES,
        section=TOPICS,
        help=mark("Whose examples it works with. Leave all empty if it fits every industry."),
    ),
    Field(
        "organiser",
        mark("Organiser"),
        SHAPE,
        help=mark("As it stands on the certificate; several are parted by 、."),
        why=mark("It tells who answers for it."),
        most=200,
        needed=True,
    ),
    Field(
        "teacher",
        mark("Teacher"),
        SHAPE,
        help=mark("Who teaches, with a word about their practice."),
        why=mark("Many decide by it."),
        most=300,
    ),
    Field(
        "language",
        mark("Language"),
        SHAPE,
        Input.CODE,
        help=mark("In which it is taught."),
        why=mark("Not everybody follows each of them."),
        facet="language",
        needed=True,
    ),
    Field(
        "mode",
        mark("Form"),
        SHAPE,
        Input.CODE,
        help=mark("Online, on site, or both. Each sitting says its own place."),
        why=mark("Trainings are filtered by it."),
        facet="mode",
        needed=True,
    ),
    Field(
        "region",
        mark("Place"),
        SHAPE,
        Input.CODE,
        help=mark("Where it is mostly given; leave it empty for one that is online only."),
        why=mark("People look for what is near."),
        facet="city",
    ),
    Field(
        "price",
        mark("Price of a seat (yuan)"),
        COST,
        Input.MONEY,
        help=mark("0 if it is free. A new price holds for sittings that are added afterwards."),
        why=mark("A seat is paid for in advance, here."),
        most=20,
        needed=True,
    ),
    Field(
        "subsidy",
        mark("Public money pays (per cent)"),
        COST,
        Input.NUMBER,
        help=mark("Of the price, for those whose seats the staff approve; empty if nothing."),
        why=mark("Seats at the lower price are approved before they are paid."),
    ),
    Field(
        "cancel_days",
        mark("Cancelled free of charge until (days before it begins)"),
        COST,
        Input.NUMBER,
        help=mark("Who cancels so many days before it begins gets everything back."),
        why=mark("These terms are shown before anybody books."),
        highest=LONGEST_NOTICE,
        needed=True,
    ),
    Field(
        "late_refund",
        mark("Paid back to whoever cancels later (per cent)"),
        COST,
        Input.NUMBER,
        help=mark("Until it begins; afterwards nothing is paid back."),
        why=mark("These terms are shown before anybody books."),
        needed=True,
    ),
    NAME_EN,
    SUMMARY_EN,
)
BEGIN_WITH = {"language": "zh", "cancel_days": 7, "late_refund": 0}
"""What a new one says before anybody writes: to be changed at will."""
