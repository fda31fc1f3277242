"""Headings become fields: a table of aliases says which, and which kind of thing a table lists."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.errors import Unreadable
from ingest.text import RADICALS
from search.analysis import normalise
from search.engine import Kind

_NOTE = re.compile(r"[(\[【〔<《][^)\]】〕>》]*[)\]】〕>》]")
_EDGE = re.compile(r"^(?:[*:]|\d+[.、])+|[*:;,.。、]+$")
_NOISE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_UNIT = re.compile(r"[(（](?:单位[:：])?(亿元|万元|千元|元)[^)）]*[)）]")
_NUMBER = re.compile(r"[\d.,\s]+(?:[-~—–至到][\d.,\s]+)?")
_REPEATED = re.compile(r" \(\d+\)$")
_VENDOR_KINDS = ("平台商", "服务商")
_SEVERAL = frozenset(
    {"aliases_text", "summary", "service_areas", "products", "results", "source"}
    | {"industries_text", "scenarios_text"}
)
_REQUIRED = {Kind.SOLUTION: ("name", "vendor")}
_TITLE_WEIGHT = 3.0
_SUBJECT_WEIGHT = 1.0
_MARGIN = 0.5


def heading_key(heading: str, *, notes: bool = False) -> str:
    """The form in which headings are compared: simplified, no spaces and no text in brackets.

    `notes` leaves the text in brackets.
    """
    key = _NOISE.sub("", normalise(_REPEATED.sub("", heading).translate(RADICALS)))
    if not notes:
        key = _NOTE.sub("", key) or key
    return _EDGE.sub("", key) or key


@dataclass(frozen=True)
class Aliases:
    """What headings mean: `fields[kind][key]` is a field, `titles[kind]` words seen in titles."""

    fields: dict[Kind, dict[str, str]]
    ignored: frozenset[str]
    titles: dict[Kind, tuple[str, ...]]
    keys: frozenset[str]

    def field_of(self, kind: Kind, heading: str) -> str | None:
        """The field a heading fills, trying "联系方式/电话" whole, then its last and first part."""
        fields = self.fields[kind]
        return next((fields[key] for key in _forms(heading) if key in fields), None)

    def is_ignored(self, heading: str) -> bool:
        """Whether the column only numbers the rows."""
        return any(key in self.ignored for key in _forms(heading))

    def knows(self, heading: str) -> bool:
        """Whether any kind of list uses this heading."""
        return any(key in self.keys for key in _forms(heading))


def _forms(heading: str) -> Iterator[str]:
    yield (key := heading_key(heading, notes=True))
    if "(" in key or "[" in key or "【" in key or "〔" in key or "<" in key:
        yield heading_key(heading)
    if "/" in heading:
        parts = heading.split("/")
        yield from (heading_key(parts[-1]), heading_key(parts[0]))


@cache
def load_aliases(folder: Path | None = None) -> Aliases:
    """The packaged aliases, with those of `folder`/columns.csv added; the same alias replaces."""
    fields: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
    titles: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    ignored: frozenset[str] = frozenset()
    for kind, name, alias in _alias_rows(folder):
        if name == "-":
            ignored |= {heading_key(alias)}
        elif name == "title":
            titles[Kind(kind)].append(heading_key(alias))
        else:
            fields[Kind(kind)][heading_key(alias, notes=True)] = name
    named = {kind: tuple(words) for kind, words in titles.items()}
    keys = ignored.union(*fields.values())
    return Aliases(fields, ignored, named, keys)


def _alias_rows(folder: Path | None) -> Iterable[tuple[str, str, str]]:
    own = folder / "columns.csv" if folder else None
    for path in (Path(__file__).with_name("columns.csv"), own):
        if path is None or not path.exists():
            continue
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                yield row["kind"], row["field"], row["alias"]


@dataclass(frozen=True)
class Mapping:
    """How the columns of one table become fields of one kind of record.

    `fields` gives the raw field of each mapped heading; several headings may feed one field.
    `unmapped` are the headings no alias knows, `ignored` those of columns that only number the
    rows; `defaults` is what the title says about every row.
    """

    kind: Kind
    fields: dict[str, str]
    unmapped: list[str]
    score: float
    missing_required: list[str]
    defaults: dict[str, str]
    ignored: list[str]

    def apply(self, values: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """The raw fields of a row, and its values under any other heading."""
        fields: dict[str, str] = {}
        for heading, name in self.fields.items():
            value = _with_unit(heading, values.get(heading, ""))
            if value and name in fields:
                fields[name] += "；" + value
            elif value:
                fields[name] = value
        known = self.fields.keys() | set(self.ignored)
        extra = {heading: text for heading, text in values.items() if text and heading not in known}
        return self.defaults | fields, extra


def map_headings(
    headings: Sequence[str],
    kind: Kind | None = None,
    *,
    title: str = "",
    aliases: Aliases | None = None,
) -> Mapping:
    """Map headings to fields of `kind`, or of the kind that headings and title speak of.

    Raises Unreadable when no kind, or more than one, fits.
    """
    aliases = aliases or load_aliases()
    if kind is not None:
        return _mapping(kind, headings, title, aliases)
    ranked = sorted((_mapping(kind, headings, title, aliases) for kind in Kind), key=_by_score)
    best, second = ranked[:2]
    if best.score <= 0 or best.score - second.score < _MARGIN:
        raise Unreadable(
            "I cannot tell what kind of list this is. Say so with --as vendors, solutions, cases, "
            "information or trainings. Its headings: {headings}",
            headings=", ".join(headings),
        )
    return best


def _by_score(mapping: Mapping) -> float:
    return -mapping.score


def _mapping(kind: Kind, headings: Sequence[str], title: str, aliases: Aliases) -> Mapping:
    fields = _choose(kind, headings, aliases)
    ignored = [name for name in headings if name not in fields and aliases.is_ignored(name)]
    unmapped = [name for name in headings if name not in fields and name not in ignored]
    found = set(fields.values())
    missing = [name for name in _REQUIRED.get(kind, ("name",)) if name not in found]
    score = 0.0 if "name" in missing else _score(kind, headings, fields, title, aliases)
    defaults = _defaults(kind, found, title)
    return Mapping(kind, fields, unmapped, score, missing, defaults, ignored)


def _choose(kind: Kind, headings: Sequence[str], aliases: Aliases) -> dict[str, str]:
    """Each heading's field; where a field holds one value, its most telling heading wins."""
    ranks = {key: rank for rank, key in enumerate(aliases.fields[kind])}
    best: dict[str, tuple[int, str]] = {}
    fields: dict[str, str] = {}
    for heading in headings:
        name = None if aliases.is_ignored(heading) else aliases.field_of(kind, heading)
        if name is None:
            continue
        rank = next(ranks[key] for key in _forms(heading) if key in ranks)
        if name not in _SEVERAL and name in best and best[name][0] <= rank:
            continue
        if name not in _SEVERAL and name in best:
            del fields[best[name][1]]
        best[name] = (rank, heading)
        fields[heading] = name
    return fields


def _score(
    kind: Kind, headings: Sequence[str], fields: dict[str, str], title: str, aliases: Aliases
) -> float:
    """A heading counts the more, the fewer kinds use it; title and first column count too."""
    users = [sum(aliases.field_of(each, name) is not None for each in Kind) for name in fields]
    score = sum(3 / count for count in users)
    told = heading_key(title, notes=True)
    if any(word in told for word in aliases.titles[kind]):
        score += _TITLE_WEIGHT
    first = next((name for name in headings if not aliases.is_ignored(name)), "")
    return score + (_SUBJECT_WEIGHT if fields.get(first) == "name" else 0)


def _defaults(kind: Kind, found: set[str], title: str) -> dict[str, str]:
    """ "供应商信息汇总表（平台商）" says of every row that it is a platform vendor."""
    said = [word for word in _VENDOR_KINDS if word in title]
    if kind is Kind.VENDOR and "kind_text" not in found and len(said) == 1:
        return {"kind_text": said[0]}
    return {}


def _with_unit(heading: str, value: str) -> str:
    """ "12" under "价格（万元）" is "12万元"."""
    unit = _UNIT.search(heading)
    return value + unit[1] if unit and _NUMBER.fullmatch(value) else value
