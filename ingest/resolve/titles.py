"""How alike two titles are: solutions of one vendor, documents, trainings."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from app.core.i18n import mark
from ingest.normalise.names import organisation_key
from ingest.normalise.numerals import with_arabic
from ingest.normalise.places import split_prefix
from ingest.normalise.solutions import SolutionKey
from ingest.normalise.text import folded
from ingest.resolve.entities import Entity, Likeness

_QUOTES = re.compile(r"[《》“”\"'‘’「」]")
_FRAME = re.compile(r"^(关于)?(印发|发布|公布|下发|转发)?|(的通知|的公告|的通告|的函|\(试行\))$")
_COUNTED = re.compile(r"\d+")
_LATIN = re.compile(r"[a-z][a-z0-9+#.]*")


@dataclass(frozen=True, slots=True)
class TitleKey:
    """A title for comparison: `core` leaves the frame 关于印发…的通知 out."""

    key: str
    core: str
    numbers: frozenset[str]
    region: str

    @property
    def brand(self) -> str:
        return self.core


@lru_cache(maxsize=4096)
def title_key(title: str) -> TitleKey:
    """Take the title of a document or training apart."""
    text = _QUOTES.sub("", folded(title))
    key = re.sub(r"[^\w\u4e00-\u9fff]+", "", text)
    core = re.sub(r"[^\w\u4e00-\u9fff]+", "", _FRAME.sub("", text)) or key
    numbers = frozenset(_COUNTED.findall(with_arabic(key)))
    return TitleKey(key, core, numbers, split_prefix(core)[0])


def compare_solutions(one: SolutionKey, other: SolutionKey) -> Likeness:
    """Compare two names of solutions of one vendor."""
    if one.model and other.model:
        if one.model == other.model:
            return Likeness(0.97, "The model numbers are the same.")
        return Likeness(0.3, "The model numbers differ.")
    if one.key == other.key:
        return _of_equal_solutions(one, other)
    if _latin(one.key) != _latin(other.key):
        return Likeness(0.5 * fuzz.ratio(one.core, other.core) / 100, "The product words differ.")
    if one.core == other.core:
        return Likeness(0.88, "Only the words system, platform or software differ.")
    return Likeness(0.95 * fuzz.ratio(one.core, other.core) / 100, "The names are written alike.")


def _of_equal_solutions(one: SolutionKey, other: SolutionKey) -> Likeness:
    for first, second, reason in (
        (one.qualifier, other.qualifier, mark("The words in brackets differ.")),
        (one.version, other.version, mark("The versions differ.")),
    ):
        if first != second:
            return Likeness(
                0.6 if first and second and reason.endswith("brackets differ.") else 0.87, reason
            )
    return Likeness(0.99, "The names are the same.")


def _latin(key: str) -> frozenset[str]:
    return frozenset(_LATIN.findall(key))


def compare_documents(one: TitleKey, other: TitleKey, entities: tuple[Entity, Entity]) -> Likeness:
    """Compare two titles of documents, `scope` being who issued them."""
    found = _of_titles(one, other)
    issuers = _overlap(entities[0].scope, entities[1].scope)
    if issuers is False:
        return Likeness(found.score - 0.1, "Different bodies issued documents of like titles.")
    return found


def compare_trainings(one: TitleKey, other: TitleKey, entities: tuple[Entity, Entity]) -> Likeness:
    """Compare two trainings, `scope` being the date: one title on two dates is two trainings."""
    found = _of_titles(one, other)
    first, second = entities[0].scope, entities[1].scope
    if not first or not second:
        return Likeness(found.score - 0.08, "The titles are alike, but a date is missing.")
    if not (first.startswith(second) or second.startswith(first)):
        return Likeness(min(found.score, 0.5), "The dates differ.")
    if _overlap(entities[0].by, entities[1].by) is False:
        return Likeness(found.score - 0.1, "Title and date are alike, but the organisers differ.")
    return found


def _of_titles(one: TitleKey, other: TitleKey) -> Likeness:
    if one.key == other.key:
        return Likeness(0.99, "The titles are the same.")
    if one.numbers != other.numbers:
        return Likeness(0.5, "The numbers in the titles differ.")
    if one.region != other.region:
        return Likeness(0.5, "The titles name different places.")
    if one.core == other.core:
        return Likeness(0.94, "The titles are the same but for their frame.")
    return Likeness(0.95 * fuzz.ratio(one.core, other.core) / 100, "The titles are written alike.")


def _overlap(one: str, other: str) -> bool | None:
    """Whether two cells of organisations share one; None when a cell is empty."""
    if not one or not other:
        return None
    return not _bodies(one).isdisjoint(_bodies(other))


def _bodies(text: str) -> frozenset[str]:
    key = organisation_key(text)
    return frozenset((key.key, *(organisation_key(partner).key for partner in key.partners)))
