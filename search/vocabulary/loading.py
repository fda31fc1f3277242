"""Putting the vocabulary together from its files."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from search.analysis import teach
from search.vocabulary.tables import Row, read_rows
from search.vocabulary.terms import Industry, Phrase, Region, Scenario, Term
from search.vocabulary.vocabulary import Names, Vocabulary

PACKAGED = Path(__file__).parent
_SELF_GOVERNED = re.compile(r"(?:[一-龥]族|维吾尔)*自治[区县]$")
ABOUT = ("symptom", "equipment", "department")


def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """The packaged vocabulary with the rows of `folder` added.

    A file of the same name in `folder` adds rows, and a row with the same key replaces the
    packaged one. Raises ValueError naming file and line for a malformed row.
    """
    folders = [PACKAGED, *([folder] if folder else [])]

    def rows(name: str, key: str, *required: str) -> list[Row]:
        return read_rows(f"{name}.csv", folders, key.split(), required)

    regions, industries, scenarios = _regions(rows), _industries(rows), _scenarios(rows)
    teach({row["text"]: row["pinyin"] for row in rows("places_pinyin", "text", "pinyin")})
    return Vocabulary(
        regions=regions,
        industries=industries,
        scenarios=scenarios,
        deployments=_terms(rows, "deployments"),
        price_models=_terms(rows, "price_models"),
        vendor_kinds=_terms(rows, "vendor_kinds"),
        information_categories=_terms(rows, "information_categories"),
        names=_names(rows, regions, industries, scenarios),
        synonyms=_synonyms(rows),
        words=frozenset(row["word"] for row in rows("words", "word")),
    )


_Rows = Callable[..., list[Row]]


def _names(
    rows: _Rows,
    regions: Mapping[str, Region],
    industries: Mapping[str, Industry],
    scenarios: Mapping[str, Scenario],
) -> Names:
    return Names(
        regions=_region_names(rows, regions),
        industries=_codes(rows, "industry_aliases", industries),
        scenarios=_codes(rows, "scenario_aliases", scenarios),
        asked=_codes(rows, "question_industries", industries),
    )


def _regions(rows: _Rows) -> dict[str, Region]:
    read = rows("regions", "code", "name", "level")
    names = rows("region_names", "name")
    codes = {row["code"] for row in read}
    english = {row["code"]: row["name"] for row in reversed(names) if row["name"].isascii()}
    for row in read:
        row.known([row["parent"]] if row["parent"] else [], codes)
    return {
        row["code"]: Region(
            row["code"],
            row["name"],
            row["level"],
            row["parent"],
            short_place(row["name"]),
            english.get(row["code"], ""),
        )
        for row in read
    }


def short_place(name: str) -> str:
    """The name without what it is: 东莞市 → 东莞, 连南瑶族自治县 → 连南; two characters stay."""
    name = _SELF_GOVERNED.sub("", name)
    for suffix in ("特别行政区", "街道", "省", "市", "区", "县", "镇"):
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def _region_names(rows: _Rows, regions: Mapping[str, Region]) -> dict[str, tuple[str, bool]]:
    """Name → (code or "" for what only looks like a place, whether it needs its parent)."""
    names = {region.name: (region.code, False) for region in regions.values()}
    for row in rows("region_names", "name"):
        row.known([row["code"]] if row["code"] else [], regions)
        names[row["name"]] = (row["code"], row["weak"] == "yes")
    return names


def _industries(rows: _Rows) -> dict[str, Industry]:
    read = rows("industries", "code", "name", "level")
    shorts = {row["code"]: row for row in rows("industry_names", "code", "short", "name_en")}
    codes = {row["code"] for row in read}
    for row in shorts.values():
        row.known([row["code"]], codes)
    industries = {}
    for row in read:
        row.known([row["parent"]] if row["parent"] else [], codes)
        names = shorts.get(row["code"])
        short, english = (names["short"], names["name_en"]) if names else (row["name"], "")
        industries[row["code"]] = Industry(
            row["code"], row["name"], row["level"], row["parent"], short, english
        )
    return industries


def _scenarios(rows: _Rows) -> dict[str, Scenario]:
    read = rows("scenarios", "code", "name", "name_en", "group")
    phrases: dict[str, list[Phrase]] = {row["code"]: [] for row in read}
    for row in rows("complaints", "scenario phrase", "about"):
        row.known([row["scenario"]], phrases)
        if row["about"] not in ABOUT:
            raise ValueError(f"{row.where}: about must be one of {', '.join(ABOUT)}")
        phrases[row["scenario"]].append(Phrase(row["phrase"], row["about"]))
    return {
        row["code"]: Scenario(
            row["code"],
            row["name"],
            row["name_en"],
            row["group"],
            row.list("aliases"),
            tuple(phrases[row["code"]]),
        )
        for row in read
    }


def _terms(rows: _Rows, name: str) -> dict[str, Term]:
    return {
        row["code"]: Term(
            row["code"], row["name"], row["name_en"], row.list("aliases"), row.list("exceptions")
        )
        for row in rows(name, "code", "name", "name_en")
    }


def _codes(rows: _Rows, name: str, known: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    read = rows(name, "text")
    for row in read:
        row.known(row.list("codes"), known)
    return {row["text"]: row.list("codes") for row in read}


def _synonyms(rows: _Rows) -> tuple[tuple[str, ...], ...]:
    read = rows("synonyms", "words")
    for row in read:
        if len(row.list("words")) < 2:
            raise ValueError(f"{row.where}: a group of synonyms needs two words or more")
    return tuple(row.list("words") for row in read)
