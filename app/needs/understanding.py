"""What the words of a need are taken for: scenarios, industries, equipment and limits, as tags.

A tag has a facet, a code, and what was said of it. The author may take one away (`ignored`) and
add scenarios that were not recognised; those say nothing.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.catalogue.index import get_vocabulary
from app.catalogue.labels import code_label, facet_label, is_known
from app.core.i18n import _, current_language, mark
from app.discovery.wording import filter_label
from search.understanding import understand
from search.vocabulary.lexicon import Lexicon

EQUIPMENT, SCENARIO, PRICE = "equipment", "scenario", "max_price"
SENTENCES = re.compile(r"[。！？!?；;\n]+")
MOST_EQUIPMENT = 8
OFFERED = (SCENARIO, "industry", EQUIPMENT, "city", "deployment", PRICE)
MOST_ADDED = 6

Tag = dict[str, str]  # facet, code, said


@dataclass(frozen=True, slots=True)
class Machine:
    """One kind of equipment, in both languages."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...]


@lru_cache
def machines() -> Mapping[str, Machine]:
    """The equipment that is recognised, by code."""
    with (Path(__file__).parent / "equipment.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return {
            row["code"]: Machine(
                row["code"],
                row["name"],
                row["name_en"],
                tuple(one for one in row["aliases"].split(";") if one),
            )
            for row in rows
        }


@lru_cache
def _machine_names() -> Lexicon[str]:
    found = machines().values()
    return Lexicon({name: m.code for m in found for name in (m.name, m.name_en, *m.aliases)})


def key(tag: Mapping[str, str]) -> str:
    """How a tag is named in forms and among what is ignored."""
    return f"{tag['facet']}:{tag['code']}"


def recognised(*texts: str) -> list[Tag]:
    """The tags that the words stand for, each once, in the order of their facets."""
    text = "\n".join(said for said in texts if said)
    found: dict[str, Tag] = {}
    for tag in (*_said_in_sentences(text), *_equipment(text)):
        found.setdefault(key(tag), tag)
    prices = [tag for tag in found.values() if tag["facet"] == PRICE]
    tags = [tag for tag in found.values() if tag not in prices[:-1]]
    return sorted(tags, key=lambda tag: OFFERED.index(tag["facet"]))


def _said_in_sentences(text: str) -> Iterator[Tag]:
    """Sentence by sentence: a question names few things, a need may name many."""
    for sentence in SENTENCES.split(text):
        if not sentence.strip():
            continue
        for chip in understand(sentence, get_vocabulary(), correct=False).chips:
            if chip.facet in OFFERED:
                yield _tag(chip.facet, chip.code, chip.said)


def _equipment(text: str) -> Iterator[Tag]:
    found: dict[str, Tag] = {}
    for mention in _machine_names().find(text):
        found.setdefault(mention.value, _tag(EQUIPMENT, mention.value, mention.said))
    yield from list(found.values())[:MOST_EQUIPMENT]


def _tag(facet: str, code: str, said: str) -> Tag:
    return {"facet": facet, "code": code, "said": said}


def kept(tags: Iterable[Tag], ignored: Iterable[str], added: Sequence[str]) -> list[Tag]:
    """What was recognised without what is ignored, and the scenarios that the author added."""
    away = set(ignored)
    found = [tag for tag in tags if key(tag) not in away]
    codes = {tag["code"] for tag in found if tag["facet"] == SCENARIO}
    more = [code for code in dict.fromkeys(added) if code not in codes]
    return [*found, *(_tag(SCENARIO, c, "") for c in more[:MOST_ADDED] if is_known(SCENARIO, c))]


def added_in(tags: Iterable[Mapping[str, str]]) -> list[str]:
    """The scenarios among stored tags that the author added by hand."""
    return [tag["code"] for tag in tags if tag["facet"] == SCENARIO and not tag["said"]]


def codes(tags: Iterable[Mapping[str, str]], facet: str) -> list[str]:
    """The codes of one facet among tags."""
    return [tag["code"] for tag in tags if tag["facet"] == facet]


def tag_facet(facet: str) -> str:
    """What kind of tag it is, for people."""
    return _(mark("Equipment")) if facet == EQUIPMENT else facet_label(facet)


def tag_label(facet: str, code: str) -> str:
    """What a tag is called in the reader's language."""
    if facet == EQUIPMENT:
        machine = machines().get(code)
        if machine is None:
            return code
        return machine.name_en if current_language() == "en" else machine.name
    return filter_label(facet, code) if facet == PRICE else code_label(facet, code)
