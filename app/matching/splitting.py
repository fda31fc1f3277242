"""A text that asks for several things, taken apart; nothing but the vocabulary is asked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.catalogue.index import get_vocabulary
from app.matching.wanted import Part
from search.understanding import scenarios_wanted
from search.vocabulary import Mention, Vocabulary

MOST_PARTS = 6
LONGEST_TITLE = 24
_MOST_NAMED = 2  # scenarios in the title of one part
_ENDS = r"[,，。;；、+＋&\n!！?？]+"
_CLAUSE = re.compile(rf"{_ENDS}|以及|同时|另外|此外|还要|还想|还需要?|并且|加上|再加|外加")
_AND = re.compile(r"[和及与跟或]")  # cuts only between two things that are named

Said = Mention[tuple[str, ...]]


@dataclass(slots=True)
class _Thing:
    """Clauses that belong together: the scenarios they name, and all that they speak of."""

    texts: list[str]
    named: list[str]
    spoken: list[str]

    def joins(self, other: "_Thing") -> bool:
        return not other.named or not self.named or bool(set(self.named) & set(other.named))

    def take(self, other: "_Thing") -> None:
        self.texts += other.texts
        self.named += other.named
        self.spoken += other.spoken


def split(text: str) -> tuple[Part, ...]:
    """The things that a text asks for, in the order in which it names them.

    A thing is a scenario of the vocabulary that is called by its name, with the clauses it stands
    in; a clause that names none belongs to the thing before it, or to the first. Complaints imply
    scenarios but make no parts of their own; what is refused is left out, and so are systems that
    what is wanted only has to work with. A text that names one thing at most stays whole.
    """
    text = text.strip()
    if not text:
        return ()
    vocabulary = get_vocabulary()
    things = _things(_clauses(text, scenarios_wanted(text, vocabulary), vocabulary))
    if len(things) == 1:
        return (_part(text, things[0], vocabulary),)
    return tuple(_part("，".join(one.texts), one, vocabulary) for one in things[:MOST_PARTS])


def part_of(text: str) -> Part:
    """A text as one part, whatever it names."""
    vocabulary = get_vocabulary()
    spoken = [code for said in scenarios_wanted(text, vocabulary) for code in said.value]
    return _part(text, _Thing([text], [], spoken), vocabulary)


def _part(text: str, thing: _Thing, vocabulary: Vocabulary) -> Part:
    named = list(dict.fromkeys(thing.named or thing.spoken))
    names = [vocabulary.scenarios[code].name for code in named[:_MOST_NAMED]]
    short = text if len(text) <= LONGEST_TITLE else f"{text[:LONGEST_TITLE]}…"
    return Part("、".join(names) or short, text, tuple(dict.fromkeys(thing.spoken)))


def _things(clauses: Iterable[_Thing]) -> list[_Thing]:
    """Neighbours without names of their own, and things named twice, put together."""
    things: list[_Thing] = []
    for clause in clauses:
        same = [one for one in things if clause.named and one.named and one.joins(clause)]
        if same:
            same[0].take(clause)
        elif things and things[-1].joins(clause):
            things[-1].take(clause)
        else:
            things.append(clause)
    return things


def _clauses(text: str, mentions: Sequence[Said], vocabulary: Vocabulary) -> Iterator[_Thing]:
    cuts = [0, *sorted(_cuts(text, mentions)), len(text)]
    for start, end in pairwise(cuts):
        inside = [one for one in mentions if start <= one.start < end]
        named = [one for one in inside if one.said in vocabulary.scenario_names]
        said = _CLAUSE.sub(" ", text[start:end]).strip(" 和及与跟或")
        if said:
            yield _Thing(
                [said],
                [code for one in named for code in one.value],
                [code for one in inside for code in one.value],
            )


def _cuts(text: str, mentions: Sequence[Said]) -> Iterator[int]:
    """Where clauses begin: behind what ends one, and at an "and" between two named things."""
    for match in _CLAUSE.finditer(text):
        if not any(one.start < match.end() and match.start() < one.end for one in mentions):
            yield match.end()
    for one, other in pairwise(mentions):
        joint = _AND.search(text, one.end, other.start)
        if joint:
            yield joint.end()
