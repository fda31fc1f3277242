"""From a need to what is matched: its parts and the hard limits, with nothing of who asks."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.bookings.suggesting import Topic
from app.catalogue.labels import code_label
from app.matching.wanted import Limits, Part, Wanted
from app.needs import drafting
from app.needs.models import Need
from app.needs.understanding import SCENARIO, codes, recognised

NOBODY = UUID(int=0)


def wanted_of(need: Need) -> Wanted:
    """A need as matching sees it; what the author took away of its tags does not count."""
    text = "\n".join(part for part in (need.title, need.text) if part)
    return Wanted(text=text, parts=parts_of(need), limits=limits_of(need))


def topic_of(need: Need) -> Topic:
    """A need as trainings are suggested for it."""
    wanted = wanted_of(need)
    scenarios = {code for part in wanted.parts for code in part.scenarios}
    return Topic(scenarios, wanted.limits.industries, text=wanted.text)


def wanted_by(text: str, limits: Limits) -> Wanted:
    """What a need of these words would ask for; where `limits` say nothing, the words may."""
    tags = recognised(text)
    need = Need(  # belongs to nobody and to no session
        organisation_id=NOBODY,
        written_by=NOBODY,
        text=text,
        tags=tags,
        parts=drafting.split(text),
        region=limits.region,
        industries=list(limits.industries or codes(tags, "industry")[: drafting.MOST_INDUSTRIES]),
        deployment=list(limits.deployment),
        budget_to=limits.max_price,
        requires_whitelist=limits.whitelist,
    )
    return wanted_of(need)


def parts_of(need: Need) -> tuple[Part, ...]:
    """What is asked for, at least one thing; an added scenario that no part holds is one more."""
    wanted = codes(need.tags, SCENARIO)
    parts = [_part(one, need.ignored) for one in need.parts]
    if len(parts) <= 1:
        only = parts[0] if parts else Part(need.title, need.text)
        together = dict.fromkeys((*only.scenarios, *wanted))
        return (Part(only.title, only.text, tuple(together)),)
    held = {code for part in parts for code in part.scenarios}
    added = [tag["code"] for tag in need.tags if tag["facet"] == SCENARIO and not tag["said"]]
    more = [code for code in added if code not in held]
    named = [(code_label(SCENARIO, code), code) for code in more]
    return (*parts, *(Part(name, name, (code,)) for name, code in named))


def _part(said: Mapping[str, Any], ignored: Sequence[str]) -> Part:
    scenarios = [c for c in said.get("scenarios", ()) if f"{SCENARIO}:{c}" not in ignored]
    return Part(said["title"], said["text"], tuple(scenarios))


def limits_of(need: Need) -> Limits:
    """The hard limits: what the fields say, and where they say nothing, what the words say."""
    cities, prices = codes(need.tags, "city"), codes(need.tags, "max_price")
    said = int(prices[0]) * 100 if prices else None
    return Limits(
        region=need.region or (cities[0] if len(cities) == 1 else None),
        industries=tuple(need.industries or codes(need.tags, "industry")),
        deployment=tuple(need.deployment or codes(need.tags, "deployment")),
        max_price=need.budget_to if need.budget_to is not None else said,
        whitelist=need.requires_whitelist,
    )
