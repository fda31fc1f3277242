"""From what sources and people say of a record to its values, each with its origin. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from search.engine import Kind

LEGAL_ENDINGS = ("公司", "集团", "厂", "研究院", "研究所", "中心", "协会", "大学")

Values = dict[str, Any]
Origins = dict[str, dict[str, Any]]


class Statement(Protocol):
    """What a source says of one record; `Candidate` holds it, `Stated` stands for one to come.

    The members are those of `Candidate`; only what is stored has an `id`.
    """

    @property
    def id(self) -> int | None: ...
    @property
    def batch_id(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def values(self) -> Values: ...
    @property
    def since(self) -> dict[str, int]: ...
    @property
    def by(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that is not stored yet; much faster to make than a candidate."""

    batch_id: int
    source: str
    sheet: str
    row: int
    values: Values
    since: dict[str, int]
    by: str
    created_at: datetime
    id: None = None


def fold(kind: Kind, candidates: Sequence[Statement]) -> tuple[Values, Origins]:
    """The values and origins that follow from `candidates`.

    A person's edit outdoes every list; among lists the latest statement of a field wins, and a
    list that repeats itself keeps the date of its first saying so. A vendor's other names are
    never lost: they become aliases.
    """
    values: Values = {}
    origins: Origins = {}
    for candidate in sorted(candidates, key=lambda c: (c.batch_id is None, c.id or 0)):
        for field, value in candidate.values.items():
            if is_empty(value) and candidate.batch_id is not None:
                continue
            if field not in origins or _outdoes(candidate, field, origins[field]):
                values[field] = value
                origins[field] = _origin(candidate, field)
    if kind is Kind.VENDOR:
        _fold_names(values, origins, candidates)
    return values, origins


def is_empty(value: object) -> bool:
    """Whether a value says nothing."""
    return value is None or value in ("", [], {})


def _outdoes(candidate: Statement, field: str, origin: Mapping[str, Any]) -> bool:
    if candidate.batch_id is None:
        return True
    if "batch" not in origin:
        return False
    return bool(_since(candidate, field) >= origin["batch"])


def _since(candidate: Statement, field: str) -> int:
    return candidate.since.get(field, candidate.batch_id or 0)


def _origin(candidate: Statement, field: str) -> dict[str, Any]:
    if candidate.batch_id is None:
        return {"by": candidate.by, "at": candidate.created_at.isoformat()}
    return {
        "batch": _since(candidate, field),
        "file": candidate.source,
        "sheet": candidate.sheet,
        "row": candidate.row,
        "at": candidate.created_at.isoformat(),
    }


def _fold_names(values: Values, origins: Origins, candidates: Iterable[Statement]) -> None:
    """A legal name outdoes a short one, whichever list came last; the rest are aliases."""
    said = [c for c in candidates if c.values.get("name")]
    if "by" not in origins.get("name", {}):
        legal = [c for c in said if str(c.values["name"]).endswith(LEGAL_ENDINGS)]
        if legal and not str(values["name"]).endswith(LEGAL_ENDINGS):
            values["name"] = legal[-1].values["name"]
            origins["name"] = _origin(legal[-1], "name")
    aliases = dict.fromkeys(str(c.values["name"]) for c in said)
    for candidate in candidates:
        aliases.update(dict.fromkeys(candidate.values.get("aliases") or ()))
    aliases.pop(values.get("name", ""), None)
    if aliases and "by" not in origins.get("aliases", {}):
        values["aliases"] = list(aliases)
        origins.setdefault("aliases", origins["name"])
