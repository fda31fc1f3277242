"""Needs being written: begun from a few words, saved, split into parts, copied."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Organisation
from app.core.db import now
from app.core.errors import Conflict, Forbidden
from app.core.i18n import mark
from app.matching import service as matching
from app.needs.fields import BY_NAME, put_values, values_of
from app.needs.models import Confidentiality, Need, NeedStage
from app.needs.understanding import SENTENCES, Tag, codes, kept, recognised

MOST_PARTS = 12
LONGEST_PART_TITLE, LONGEST_PART = 60, 1000
MOST_INDUSTRIES = 2  # of those that the first words name
TITLE = 40  # characters of the first sentence
NOT_COPIED = ("closes_at", "questions_until")

NeedPart = dict[str, Any]  # title, text, scenarios


class Overtaken(Conflict):
    """Somebody else saved since this was read."""


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that one filling of the form says of a need."""

    values: Mapping[str, Any]
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    requires_whitelist: bool = False
    tags: Sequence[Tag] = ()
    ignored: Sequence[str] = ()
    parts: Sequence[NeedPart] = field(default_factory=tuple)


def said_of(need: Need) -> Said:
    """What a need says as it is stored."""
    return Said(
        values=values_of(need),
        confidentiality=Confidentiality(need.confidentiality),
        requires_whitelist=need.requires_whitelist,
        tags=list(need.tags),
        ignored=list(need.ignored),
        parts=list(need.parts),
    )


def start(db: Session, text: str, *, by: Visitor, values: Mapping[str, Any] | None = None) -> Need:
    """A draft from a few words: what they say of industry, place, budget is filled in.

    `values` outdo that. Raises `Forbidden` for somebody who acts for no organisation.
    """
    if by.organisation_id is None:
        raise Forbidden("You act for no organisation.")
    organisation = db.get_one(Organisation, by.organisation_id)
    tags = recognised(text)
    said = {**_filled(text, tags, organisation), **(values or {})}
    need = Need(organisation_id=by.organisation_id, written_by=by.person_id)
    _put(need, Said(said, tags=tags, parts=split(text)))
    db.add(need)
    return need


def _filled(text: str, tags: Sequence[Tag], organisation: Organisation) -> dict[str, Any]:
    prices, cities = codes(tags, "max_price"), codes(tags, "city")
    own_city = get_vocabulary().city_of(organisation.region) if organisation.region else None
    elsewhere = cities and own_city not in cities
    said = {
        "title": SENTENCES.split(text.strip())[0][:TITLE].strip(" ，,、"),
        "text": text[: BY_NAME["text"].most],
        "region": cities[0] if elsewhere else organisation.region,
        "industries": codes(tags, "industry")[:MOST_INDUSTRIES],
        "deployment": codes(tags, "deployment"),
        "budget_to": int(prices[0]) * 100 if prices else None,
    }
    return {name: value for name, value in said.items() if value}


def save(db: Session, need: Need, said: Said, *, seen: int) -> bool:
    """Keep what a draft says now; whether anything changed. `seen` is the version that was read.

    Raises `Overtaken` when somebody else saved since, `Conflict` once it was published.
    """
    check_editable(need)
    if need.version != seen:
        raise Overtaken(mark("Somebody else saved this draft while you were writing."))
    if said == said_of(need):
        return False
    _put(need, said)
    need.version += 1
    need.updated_at = now()
    db.add(need)
    return True


def check_editable(need: Need) -> None:
    """Raises `Conflict` unless it is a draft: what was published is locked."""
    if need.stage != NeedStage.DRAFT:
        raise Conflict("What was published cannot be changed. Withdraw it and write a copy.")


def copy(db: Session, need: Need, *, by: Visitor) -> Need:
    """A new draft that says the same, without its deadlines."""
    said = said_of(need)
    values = {name: value for name, value in said.values.items() if name not in NOT_COPIED}
    made = Need(organisation_id=need.organisation_id, written_by=by.person_id, copied_from=need.id)
    _put(
        made,
        Said(
            values,
            said.confidentiality,
            said.requires_whitelist,
            said.tags,
            said.ignored,
            said.parts,
        ),
    )
    db.add(made)
    return made


def preview(need: Need, said: Said) -> Need:
    """The need as it would be if this were saved; belongs to no session."""
    shown = Need(organisation_id=need.organisation_id, written_by=need.written_by)
    _put(shown, said)
    return shown


def _put(need: Need, said: Said) -> None:
    put_values(need, said.values)
    need.confidentiality = said.confidentiality
    need.requires_whitelist = said.requires_whitelist
    need.tags = [dict(tag) for tag in said.tags]
    need.ignored = list(said.ignored)
    need.parts = [dict(part) for part in said.parts]


def split(text: str) -> list[NeedPart]:
    """The parts that a text asks for, as a need stores them."""
    found = matching.split(text) if text.strip() else ()
    return [
        {"title": part.title, "text": part.text, "scenarios": list(part.scenarios)}
        for part in found[:MOST_PARTS]
    ]


def parts_after(
    text: str, typed: Sequence[tuple[str, str]], offered: str
) -> tuple[list[NeedPart], bool]:
    """The parts, and whether an author wrote them.

    Those that nobody touched since they were offered (`offered` is their `digest`) follow the
    text; those that somebody wrote stay as they are, except empty ones.
    """
    tidy = [(_line(title), body.strip()) for title, body in typed]
    written = [(title, body) for title, body in tidy if title or body]
    if not written or digest(written) == offered:
        return split(text), False
    parts = [
        {
            "title": (title or body)[:LONGEST_PART_TITLE],
            "text": (body or title)[:LONGEST_PART],
            "scenarios": list(matching.part_of(f"{title}\n{body}").scenarios),
        }
        for title, body in written[:MOST_PARTS]
    ]
    return parts, True


def digest(parts: Sequence[tuple[str, str]]) -> str:
    """What tells whether parts are still those that were offered."""
    told = json.dumps([list(part) for part in parts], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def digest_of(parts: Sequence[Mapping[str, Any]]) -> str:
    """The same of stored parts."""
    return digest([(_line(part["title"]), part["text"].strip()) for part in parts])


def tags_after(
    texts: Sequence[str], ticked: Sequence[str], shown: Sequence[str], before: Sequence[str]
) -> tuple[list[str], list[str]]:
    """What is ignored and which scenarios were added, after somebody ticked the tags `shown`.

    Tags are named "facet:code"; what was ignored `before` and is not shown stays ignored.
    """
    found = {f"{tag['facet']}:{tag['code']}" for tag in recognised(*texts)}
    on, offered = set(ticked), set(shown)
    ignored = [one for one in before if one not in offered]
    ignored += [one for one in shown if one not in on and one in found]
    extra = [one.partition(":")[2] for one in ticked if one not in found and _is_scenario(one)]
    return list(dict.fromkeys(ignored)), extra


def _is_scenario(named: str) -> bool:
    return named.startswith("scenario:")


def tags_of(texts: Sequence[str], ignored: Sequence[str], added: Sequence[str]) -> list[Tag]:
    """The tags that a need keeps."""
    return kept(recognised(*texts), ignored, added)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
