"""Recognising what is known already: an index in memory that grows while a file is read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from app.core.i18n import mark
from ingest.normalise.text import is_chinese
from ingest.resolve.blocking import Blocks
from ingest.resolve.entities import Decision, Entity, Likeness, State
from ingest.resolve.organisations import spelled
from ingest.resolve.subjects import SUBJECTS, Key, Subject
from search.engine import Kind

# The nearest names by spelling that are compared in full, and how near they must be at least.
MOST_COMPARED = 8
LEAST_RATIO = 45.0
MOST_OF_BRAND = 5
# Two known names that fit within this margin: a person must choose.
MARGIN = 0.02
MOST_EQUAL = 50

CODES_SAME = mark("The code is the same.")
CODES_DIFFER = mark("The codes differ, so these are two.")
CODE_WITHOUT_NAME = mark("The code is the same, but the names differ.")
SEVERAL_FIT = mark("More than one known name fits equally well.")
NOTHING_NEAR = mark("No known name comes near.")


@dataclass(slots=True)
class _Known:
    """One known entity: what was added under its id, taken together."""

    entity: Entity
    code: str


class Resolver:
    """Known entities of one kind, and which of them a candidate is.

    Memory grows with the number of names; finding takes about as long among a thousand as among
    a hundred thousand names.
    """

    def __init__(
        self, kind: Kind = Kind.VENDOR, *, thresholds: tuple[float, float] | None = None
    ) -> None:
        self._subject: Subject = SUBJECTS[kind]
        self._same, self._review = thresholds or self._subject.thresholds
        self._known: list[_Known] = []
        self._positions: dict[str, int] = {}
        self._by_code: dict[str, int] = {}
        self._names: list[tuple[Key, int]] = []
        self._cores: list[str] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_brand: dict[str, list[int]] = defaultdict(list)
        self._blocks = Blocks()
        self._by_spelling: dict[str, list[int]] = defaultdict(list)
        self._unspelled: list[int] = []
        self._any_latin = False

    def __len__(self) -> int:
        return len(self._known)

    def add(self, entity: Entity) -> None:
        """Make an entity known; under an id that is known already, its names and code are added."""
        position = self._positions.setdefault(entity.id, len(self._known))
        code = self._code(entity)
        if position == len(self._known):
            self._known.append(_Known(entity, code))
        else:
            known = self._known[position]
            region = known.entity.region or entity.region
            known.entity = replace(known.entity, region=region)
            known.code = known.code or code
        if code:
            self._by_code.setdefault(code, position)
        for key in self._subject.names(entity):
            self._add_name(key, position, self._wall(entity))

    def find(self, candidate: Entity) -> Decision:
        """Which known entity the candidate is, with the reasons."""
        code = self._code(candidate)
        if code in self._by_code:
            return self._of_equal_codes(candidate, self._by_code[code])
        scores, barred = self._scores(candidate, code)
        ranked = sorted(scores.items(), key=lambda item: (-item[1].score, item[0]))
        if not ranked:
            return Decision("new", reasons=(CODES_DIFFER if barred else NOTHING_NEAR,))
        return self._decided(ranked)

    def _code(self, entity: Entity) -> str:
        return self._subject.code(entity.code) if entity.code else ""

    def _wall(self, entity: Entity) -> str:
        return f"{entity.scope}\0" if self._subject.walled else ""

    def _add_name(self, key: Key, position: int, wall: str) -> None:
        equal = self._by_key[wall + key.key]
        if any(self._names[number][1] == position for number in equal[-MOST_EQUAL:]):
            return
        number = len(self._names)
        equal.append(number)
        self._names.append((key, position))
        self._cores.append(key.core)
        self._blocks.add(key.core, number, wall)
        of_brand = self._by_brand[wall + key.brand]
        if len(of_brand) < MOST_OF_BRAND:
            of_brand.append(number)
        if self._subject.spelled:
            self._any_latin = self._any_latin or not is_chinese(key.core)
            self._unspelled.append(number)

    def _of_equal_codes(self, candidate: Entity, position: int) -> Decision:
        known = self._known[position].entity
        found = self._likeness(candidate, known)
        if self._subject.code_decides:
            reasons = (
                (CODES_SAME,) if found.score >= self._review else (CODES_SAME, CODE_WITHOUT_NAME)
            )
            return Decision("same", known.id, 1.0, reasons)
        if found.score >= self._review:
            return Decision("same", known.id, 1.0, (CODES_SAME, found.reason))
        return Decision("review", known.id, self._review, (CODE_WITHOUT_NAME,))

    def _likeness(self, one: Entity, other: Entity) -> Likeness:
        return max(
            (
                self._subject.compare(first, second, (one, other))
                for first in self._subject.names(one)
                for second in self._subject.names(other)
            ),
            key=lambda likeness: likeness.score,
        )

    def _scores(self, candidate: Entity, code: str) -> tuple[dict[int, Likeness], bool]:
        """The best likeness by position; true when a near one was barred by its own code."""
        best: dict[int, Likeness] = {}
        barred = False
        for key in self._subject.names(candidate):
            for number in self._near(key, self._wall(candidate)):
                name, position = self._names[number]
                known = self._known[position]
                if code and known.code and code != known.code:
                    barred = True
                    continue
                found = self._subject.compare(key, name, (candidate, known.entity))
                if position not in best or found.score > best[position].score:
                    best[position] = found
        return best, barred

    def _near(self, key: Key, wall: str) -> Iterable[int]:
        """Numbers of the names worth comparing: equal keys, equal sound, near spelling."""
        equal = self._by_key.get(wall + key.key, [])[:MOST_EQUAL]
        numbers = self._blocks.near(key.core, wall)
        ranked = process.extract(
            key.core,
            [self._cores[number] for number in numbers],
            scorer=fuzz.ratio,
            limit=MOST_COMPARED,
            score_cutoff=LEAST_RATIO,
        )
        near = (numbers[index] for _core, _score, index in ranked)
        of_brand = self._by_brand.get(wall + key.brand, ())
        return dict.fromkeys((*equal, *of_brand, *self._sounding(key), *near))

    def _sounding(self, key: Key) -> list[int]:
        """Names in the other script that this one spells; asked only where both scripts occur."""
        if not self._subject.spelled or (is_chinese(key.core) and not self._any_latin):
            return []
        if is_chinese(key.core):
            spellings = {spelled(key.core), spelled(key.brand)}
            return [
                n for spelling in spellings for n in self._by_key.get(spelling, [])[:MOST_EQUAL]
            ]
        for number in self._unspelled:
            known = self._names[number][0]
            for spelling in {spelled(known.core), spelled(known.brand)}:
                self._by_spelling[spelling].append(number)
        self._unspelled.clear()
        return self._by_spelling.get(key.core, [])[:MOST_EQUAL]

    def _decided(self, ranked: list[tuple[int, Likeness]]) -> Decision:
        position, best = ranked[0]
        found = self._known[position].entity.id
        if best.score < self._review:
            return Decision("new", score=best.score, reasons=(best.reason,))
        rival = ranked[1][1].score if len(ranked) > 1 else 0.0
        if best.score >= self._same and best.score - rival < MARGIN and best.score < 1.0:
            return Decision("review", found, best.score, (SEVERAL_FIT, best.reason))
        state: State = "same" if best.score >= self._same else "review"
        return Decision(state, found, best.score, (best.reason,))
