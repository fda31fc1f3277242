"""The questions of the self-check, and what a need may ask for where a dimension is weak.

They are those of the forms that cities hand out, put into words that a factory can answer
without looking anything up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.i18n import mark

MOST_POINTS = 4


class Dimension(StrEnum):
    """What is looked at, in the order of the picture."""

    SYSTEMS = "systems"
    DEVICES = "devices"
    DATA = "data"
    PEOPLE = "people"
    BUDGET = "budget"


DIMENSIONS: Mapping[Dimension, str] = {
    Dimension.SYSTEMS: mark("Systems"),
    Dimension.DEVICES: mark("Devices"),
    Dimension.DATA: mark("Data"),
    Dimension.PEOPLE: mark("People"),
    Dimension.BUDGET: mark("Budget"),
}


class Input(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    SEVERAL = "several"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that can be chosen; of several, each adds its points."""

    code: str
    label: str
    points: float = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One question; without a dimension it has no points and only helps to write the need."""

    name: str
    text: str
    input: Input = Input.CHOICE
    answers: tuple[Answer, ...] = ()
    dimension: Dimension | None = None
    help: str = ""

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.answers)


def _steps(*labels: str) -> tuple[Answer, ...]:
    """Answers from nothing to everything, the points evenly apart."""
    return tuple(
        Answer(str(place), label, MOST_POINTS * place / (len(labels) - 1))
        for place, label in enumerate(labels)
    )


QUESTIONS: tuple[Question, ...] = (
    Question("products", mark("What are your main products?"), Input.TEXT),
    Question(
        "systems",
        mark("Which systems are in use?"),
        Input.SEVERAL,
        (
            Answer("finance", mark("Finance or stock software"), 1),
            Answer("erp", mark("ERP"), 1),
            Answer("mes", mark("MES"), 1),
            Answer("wms", mark("WMS"), 1),
            Answer("plm", mark("PLM or drawings"), 1),
            Answer("qms", mark("Quality management"), 1),
            Answer("scada", mark("SCADA or machine data"), 1),
            Answer("oa", mark("Office and approvals"), 0.5),
        ),
        Dimension.SYSTEMS,
    ),
    Question(
        "joined",
        mark("How do they exchange data?"),
        answers=_steps(
            mark("On paper, or not at all"),
            mark("By hand, in spreadsheets"),
            mark("A few interfaces"),
            mark("Mostly by themselves"),
            mark("All on one ground of data"),
        ),
        dimension=Dimension.SYSTEMS,
    ),
    Question(
        "satisfaction",
        mark("How content are you with your software?"),
        answers=_steps(
            mark("Not content"),
            mark("Hardly content"),
            mark("So-so"),
            mark("Rather content"),
            mark("Fully content"),
        ),
        dimension=Dimension.SYSTEMS,
    ),
    Question("planned", mark("Which systems do you plan?"), Input.TEXT),
    Question(
        "connected",
        mark("How many of your machines are connected?"),
        answers=_steps(
            mark("No machine"),
            mark("Less than a tenth"),
            mark("Up to a third"),
            mark("Up to two thirds"),
            mark("More than two thirds"),
        ),
        dimension=Dimension.DEVICES,
    ),
    Question(
        "monitored",
        mark("What happens when a machine stops?"),
        answers=_steps(
            mark("Somebody walks past and sees it"),
            mark("The operator reports it by telephone or chat"),
            mark("A light or a board shows it"),
            mark("The system reports it at once"),
            mark("It is often known beforehand"),
        ),
        dimension=Dimension.DEVICES,
    ),
    Question(
        "servers",
        mark("How many servers do you run?"),
        answers=_steps(
            mark("No server"),
            mark("One server"),
            mark("Two to five servers"),
            mark("More than five servers"),
        ),
        dimension=Dimension.DATA,
    ),
    Question(
        "cloud",
        mark("What runs in the cloud?"),
        answers=_steps(
            mark("Nothing in the cloud"),
            mark("Mail and files"),
            mark("Some business systems"),
            mark("Most business systems"),
            mark("Machine data as well"),
        ),
        dimension=Dimension.DATA,
    ),
    Question(
        "kept",
        mark("Where is what was produced written down?"),
        answers=_steps(
            mark("On paper"),
            mark("In spreadsheets"),
            mark("In one system"),
            mark("In several systems that agree"),
            mark("Collected from the machines"),
        ),
        dimension=Dimension.DATA,
    ),
    Question(
        "backed_up",
        mark("How are your data kept safe?"),
        answers=_steps(
            mark("Nobody sees to it"),
            mark("Copies now and then"),
            mark("Copies on a plan"),
            mark("Copies on a plan, tried out"),
            mark("Assessed for classified protection"),
        ),
        dimension=Dimension.DATA,
    ),
    Question(
        "it_staff",
        mark("How many people look after IT?"),
        answers=_steps(
            mark("Nobody looks after IT"),
            mark("Somebody beside other work"),
            mark("One person"),
            mark("Two to five people"),
            mark("More than five people"),
        ),
        dimension=Dimension.PEOPLE,
    ),
    Question(
        "cio",
        mark("Does somebody in the management answer for it?"),
        answers=_steps(
            mark("Nobody in the management"),
            mark("Somebody beside other work"),
            mark("Yes, a CIO"),
        ),
        dimension=Dimension.PEOPLE,
    ),
    Question(
        "trained",
        mark("How are people trained for it?"),
        answers=_steps(
            mark("No training"),
            mark("By the vendor, once"),
            mark("Now and then"),
            mark("On a plan, every year"),
        ),
        dimension=Dimension.PEOPLE,
    ),
    Question(
        "it_budget",
        mark("How much a year is there for IT?"),
        answers=_steps(
            mark("Nothing fixed"),
            mark("Up to 50,000 yuan"),
            mark("Up to 200,000 yuan"),
            mark("Up to 500,000 yuan"),
            mark("More than 500,000 yuan"),
        ),
        dimension=Dimension.BUDGET,
    ),
    Question(
        "cloud_cost",
        mark("What does the cloud cost a year?"),
        answers=_steps(
            mark("No cost"),
            mark("Up to 10,000 yuan"),
            mark("Up to 50,000 yuan"),
            mark("More than 50,000 yuan"),
        ),
        dimension=Dimension.BUDGET,
    ),
)
BY_NAME: Mapping[str, Question] = {question.name: question for question in QUESTIONS}
BUDGETS: Mapping[str, int] = {"1": 50_000, "2": 200_000, "3": 500_000}  # yuan, by the answer


@dataclass(frozen=True, slots=True)
class Advice:
    """What a need may ask for where a dimension is weak; `scenarios` are the vocabulary's."""

    title: str
    text: str
    scenarios: tuple[str, ...] = field(default=())


ADVICE: Mapping[Dimension, Advice] = {
    Dimension.SYSTEMS: Advice(
        mark("Production management"),
        mark("We want a system that follows orders through the shop floor and works with ours."),
        ("manufacturing-execution",),
    ),
    Dimension.DEVICES: Advice(
        mark("Connecting the machines"),
        mark("We want our machines connected, so that states, stops and counts are seen at once."),
        ("equipment-connectivity",),
    ),
    Dimension.DATA: Advice(
        mark("Data in one place"),
        mark("We want production data collected in one place, kept safe, and shown in reports."),
        ("data-analytics",),
    ),
    Dimension.PEOPLE: Advice(
        mark("Diagnosis and training"),
        mark("We want somebody to look at our factory, say where to begin, and train our people."),
        ("diagnosis-consulting",),
    ),
    Dimension.BUDGET: Advice(
        mark("A start with little money"),
        mark("We want to rent what we need from the cloud instead of buying it."),
        ("cloud-resources",),
    ),
}
