"""Pages about the site itself: how ranking works, where data come from, accessibility."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from app.catalogue import reading
from app.catalogue.labels import kind_label
from app.core.access import Public
from app.core.db import Db
from app.core.i18n import _, mark
from app.core.web import render
from app.curation.models import Batch
from app.matching.weighing import WEIGHTS as OF_MATCHING
from app.matching.wording import COMPONENTS, NUMBERS
from search.fusion import WEIGHTS

MOST_BATCHES = 500

EXPLAINED: Mapping[str, tuple[str, str]] = {
    "meaning": (
        mark("Meaning"),
        mark("How near the listing lies to your question, in any words."),
    ),
    "words": (mark("Words"), mark("How many of your words it holds, rare words counting more.")),
    "complaints": (
        mark("Complaints"),
        mark("Your question sounds like complaints that one of its scenarios answers."),
    ),
    "complaint_floor": (
        mark("… from"),
        mark("So far above average must the likeness be before it counts."),
    ),
    "complaint_limit": (mark("… up to"), mark("More likeness than this adds nothing.")),
    "scenario": (mark("Scenario"), mark("Your question names a scenario that it states.")),
    "industry": (
        mark("Industry"),
        mark("Your question names an industry that it states."),
    ),
    "city": (mark("City"), mark("The vendor is registered in the city that your question names.")),
    "vendor_kind": (mark("Vendor type"), mark("It is the type of vendor that you asked for.")),
    "deployment": (mark("Deployment"), mark("It can be deployed the way you asked for.")),
    "price_model": (mark("Pricing"), mark("It is priced the way you asked for.")),
    "price": (
        mark("Budget"),
        mark("Added when the price is within your budget, taken off when above."),
    ),
    "hints": (
        mark("Words of complaints"),
        mark("Share of a word’s weight when it only occurs among the complaints of its scenario."),
    ),
    "synonyms": (
        mark("Synonyms"),
        mark("Share of a word’s weight for another word with its meaning."),
    ),
    "characters": (
        mark("Single characters"),
        mark("Share of a word’s weight when only one Chinese character agrees."),
    ),
}

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/how-ranking-works", name="about:ranking")
def ranking(request: Request) -> Response:
    of_matching = list(matching_weights())
    return render(request, "about/ranking.html", weights=list(weights()), of_matching=of_matching)


@router.get("/sources", name="about:sources")
def sources(request: Request, db: Db) -> Response:
    return render(
        request,
        "about/sources.html",
        batches=accepted(db),
        counts=reading.counts(db),
        updated_at=reading.last_change(db),
        kind_label=kind_label,
    )


@router.get("/accessibility", name="about:accessibility")
def accessibility(request: Request) -> Response:
    return render(request, "about/accessibility.html")


def accepted(db: Session) -> Sequence[Batch]:
    """The lists that what is public comes from, the newest first."""
    chosen = select(Batch).where(
        col(Batch.accepted_at).is_not(None), col(Batch.taken_back_at).is_(None)
    )
    return db.exec(chosen.order_by(col(Batch.id).desc()).limit(MOST_BATCHES)).all()


def weights() -> Iterator[tuple[str, float, str]]:
    """Each weight that search uses at this moment, with its name and meaning."""
    for weight in fields(WEIGHTS):
        name, meaning = EXPLAINED.get(weight.name, (weight.name, ""))
        yield _(name), getattr(WEIGHTS, weight.name), _(meaning)


def matching_weights() -> Iterator[tuple[str, float, str]]:
    """Each number that matching uses at this moment, with its name and meaning."""
    explained = {**COMPONENTS, **NUMBERS}
    for weight in fields(OF_MATCHING):
        name, meaning = explained[weight.name]
        yield _(name), getattr(OF_MATCHING, weight.name), _(meaning)
