"""One row while it is read: its raw cells, the values so far, and what was wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.normalise.dates import DateReading, read_date
from ingest.normalise.problems import Problem
from ingest.normalise.records import Values
from ingest.normalise.text import cell, prose
from ingest.normalise.words import terms_of, whereabouts
from search.vocabulary import Term, Vocabulary

_NOT_STATED = re.compile(r"未注明|未载明|未说明|不详|未知|待定|待补充|另行通知|同上")


@dataclass
class Reading:
    """Reads fields of a row one by one; nothing here raises for what a cell says."""

    raw: dict[str, str]
    vocabulary: Vocabulary
    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(
        self,
        name: str,
        reason: str,
        value: str,
        values: Mapping[str, str] | None = None,
        *,
        repaired: bool = False,
    ) -> None:
        """Remember what is wrong with a field; `values` fill the reason's placeholders."""
        self.problems.append(Problem(name, reason, value, values or {}, repaired))

    def cell(self, name: str) -> str:
        """The tidy text of a raw field, "" when it is missing, empty or "未注明"."""
        shown = cell(self.raw.get(name, ""))
        return "" if _NOT_STATED.fullmatch(shown) else shown

    def set(self, name: str, value: object) -> None:
        """Keep a value unless it is empty."""
        if value not in (None, "", [], (), {}):
            self.values[name] = value

    def line(self, *names: str) -> None:
        """Keep short texts as they are, tidied."""
        for name in names:
            self.set(name, self.cell(name))

    def text(self, *names: str) -> None:
        """Keep running texts with their Chinese punctuation and their lines."""
        for name in names:
            if self.cell(name):
                self.set(name, prose(self.raw[name]))

    def date(self, name: str) -> DateReading:
        """Keep the start of a date as `name`; returns the whole reading."""
        read = read_date(self.cell(name))
        self.set(name, read.start)
        if read.reason:
            self.report(name, read.reason, self.cell(name), read.values)
        return read

    def year(self) -> None:
        """Keep the year of whatever date stands in the column `year`."""
        read = read_date(self.cell("year"))
        if read.start:
            self.set("year", int(read.start[:4]))
        elif read.reason:
            self.report("year", read.reason, self.cell("year"), read.values)

    def region(self) -> None:
        """Keep the place that the columns of place name together."""
        names = ("province_text", "city_text", "region_text", "county_text")
        found = whereabouts(tuple(self.cell(name) for name in names), self.vocabulary)
        self.set("region", found.code)
        self.set("region_text", found.text)
        if found.strange:
            self.report("region", "No place is known by this name.", found.text)

    def region_from(self, *names: str) -> None:
        """Where no column names a place, take the one that other fields agree on."""
        places = (self.vocabulary.find_region(self.cell(name)) for name in names)
        found = next(filter(None, places), None)
        if found and not self.values.get("region_text"):
            self.set("region", found.code)

    def industries(self, name: str = "industries_text") -> None:
        """Keep the divisions a cell of industries names, and list words that nothing knows."""
        read = self.vocabulary.industries_of(self.cell(name))
        self.set("industries", list(read.codes))
        self._unknown("industries", "No industry is known by this word.", read.unknown)

    def scenarios(self, name: str = "scenarios_text") -> None:
        """Keep the scenarios a cell names, and list words that nothing knows."""
        read = self.vocabulary.scenarios_of(self.cell(name))
        self.set("scenarios", list(read.codes))
        self._unknown("scenarios", "No scenario is known by this word.", read.unknown)

    def terms(self, source: str, field_name: str, terms: dict[str, Term]) -> list[str]:
        """The codes of a short list that a cell names; unknown words are reported."""
        found = terms_of(self.cell(source), terms)
        self._unknown(field_name, "This list of choices does not have this word.", found.unknown)
        return list(found.codes)

    def _unknown(self, name: str, reason: str, words: tuple[str, ...]) -> None:
        for word in words:
            self.report(name, reason, word)
