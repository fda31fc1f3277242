"""What is compared, for each kind: names, codes, walls between scopes, and thresholds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ingest.normalise.documents import document_key
from ingest.normalise.names import NameKey, organisation_key
from ingest.normalise.solutions import SolutionKey, solution_key
from ingest.resolve import organisations, titles
from ingest.resolve.entities import Entity, Likeness
from search.engine import Kind

# Set from the labelled pairs: `pool evaluate --resolution` prints the sweep they were read from.
SAME = 0.92
REVIEW = 0.72
# Titles differ by single words that matter, so a person is asked only about close ones.
REVIEW_TITLES = 0.84


class Key(Protocol):
    """A name taken apart; `key` is equal for one name written in two ways, and
    names of one `brand` are compared however much else they say."""

    @property
    def key(self) -> str: ...

    @property
    def core(self) -> str: ...

    @property
    def brand(self) -> str: ...


@dataclass(frozen=True)
class Subject:
    """How things of one kind are recognised.

    `walled` scopes never mix (solutions of two vendors); `code_decides` codes make two things the
    same whatever they are called. `thresholds` are those for "same" and for "review".
    """

    names: Callable[[Entity], tuple[Key, ...]]
    compare: Callable[[Key, Key, tuple[Entity, Entity]], Likeness]
    code: Callable[[str], str] = str
    walled: bool = False
    code_decides: bool = True
    spelled: bool = False
    thresholds: tuple[float, float] = (SAME, REVIEW_TITLES)


def _organisation_names(entity: Entity) -> tuple[Key, ...]:
    main = organisation_key(entity.name)
    others = (*main.aliases, *entity.aliases)
    return (main, *(key for key in map(organisation_key, others) if key.key))


def _compare_organisations(one: Key, other: Key, entities: tuple[Entity, Entity]) -> Likeness:
    assert isinstance(one, NameKey)  # noqa: S101  keys come from _organisation_names
    assert isinstance(other, NameKey)  # noqa: S101
    regions = (entities[0].region, entities[1].region)
    place = organisations.same_place(one, other, regions)
    return organisations.compare(one, other, same_place=place)


def _solution_names(entity: Entity) -> tuple[Key, ...]:
    main = solution_key(entity.name)
    return (main, *(solution_key(other) for other in (*main.aliases, *entity.aliases) if other))


def _compare_solutions(one: Key, other: Key, _entities: tuple[Entity, Entity]) -> Likeness:
    assert isinstance(one, SolutionKey)  # noqa: S101  keys come from _solution_names
    assert isinstance(other, SolutionKey)  # noqa: S101
    return titles.compare_solutions(one, other)


def _titles(entity: Entity) -> tuple[Key, ...]:
    return (titles.title_key(entity.name),)


def _titled(
    compare: Callable[[titles.TitleKey, titles.TitleKey, tuple[Entity, Entity]], Likeness],
) -> Callable[[Key, Key, tuple[Entity, Entity]], Likeness]:
    def compared(one: Key, other: Key, entities: tuple[Entity, Entity]) -> Likeness:
        assert isinstance(one, titles.TitleKey)  # noqa: S101  keys come from _titles
        assert isinstance(other, titles.TitleKey)  # noqa: S101
        return compare(one, other, entities)

    return compared


_SOLUTIONS = Subject(_solution_names, _compare_solutions, walled=True)
SUBJECTS: dict[Kind, Subject] = {
    Kind.VENDOR: Subject(
        _organisation_names, _compare_organisations, spelled=True, thresholds=(SAME, REVIEW)
    ),
    Kind.SOLUTION: _SOLUTIONS,
    Kind.CASE: _SOLUTIONS,
    Kind.INFORMATION: Subject(
        _titles, _titled(titles.compare_documents), code=document_key, code_decides=False
    ),
    Kind.TRAINING: Subject(_titles, _titled(titles.compare_trainings)),
}
