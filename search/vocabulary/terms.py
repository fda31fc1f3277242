"""What a vocabulary is made of."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Region:
    """A division of GB/T 2260; `level` is province, city, county or town."""

    code: str
    name: str
    level: str
    parent: str
    short: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Industry:
    """A class of GB/T 4754; `level` is section, division or group; `short` is for tight places."""

    code: str
    name: str
    level: str
    parent: str
    short: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """How factories complain; `about` is symptom, equipment or department."""

    text: str
    about: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A use of industrial software, with other names and the complaints that it answers."""

    code: str
    name: str
    name_en: str
    group: str
    aliases: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A code of a short list (deployment, price model …); `exceptions` only look like it."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention(Generic[T]):
    """A value found in a text: `said` is text[start:end]."""

    value: T
    start: int
    end: int
    said: str


@dataclass(frozen=True, slots=True)
class IndustryMatch:
    """Division codes, the parts of the text that nothing knows, and whether every one is meant."""

    codes: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    every: bool = False


@dataclass(frozen=True, slots=True)
class ScenarioMatch:
    """Scenario codes and the parts of the text that nothing knows."""

    codes: tuple[str, ...]
    unknown: tuple[str, ...] = ()
