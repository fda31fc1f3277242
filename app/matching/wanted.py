"""What is matched: the parts of a need, and the hard limits that every answer must keep."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked for; `scenarios` are codes of the vocabulary, perhaps none."""

    title: str
    text: str
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What rules a vendor out; whoever does not say anything about a limit stays in.

    `region` is the code of the place where the work is done, `max_price` in fen.
    """

    region: str | None = None
    industries: tuple[str, ...] = ()
    deployment: tuple[str, ...] = ()
    max_price: int | None = None
    whitelist: bool = False

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """What `asdict` wrote; what is missing limits nothing."""
        return cls(
            said.get("region"),
            tuple(said.get("industries", ())),
            tuple(said.get("deployment", ())),
            said.get("max_price"),
            said.get("whitelist", False),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need as matching sees it: no name of who asks, so that none can leak."""

    text: str
    parts: tuple[Part, ...]
    limits: Limits = field(default_factory=Limits)

    def as_json(self) -> dict[str, Any]:
        """For the record of a run, as it comes back from there: with lists for tuples."""
        kept: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What `as_json` kept."""
        parts = tuple(Part(p["title"], p["text"], tuple(p["scenarios"])) for p in kept["parts"])
        return cls(kept["text"], parts, Limits.from_json(kept["limits"]))
