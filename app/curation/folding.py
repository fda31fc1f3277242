"""From what sources and people say of a record to its values, each with its origin. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.curation.models import Candidate
from search.engine import Kind

LEGAL_ENDINGS = ("公司", "集团", "厂", "研究院", "研究所", "中心", "协会", "大学")

Values = dict[str, Any]
Origins = dict[str, dict[str, Any]]


def fold(kind: Kind, candidates: Sequence[Candidate]) -> tuple[Values, Origins]:
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


def _outdoes(candidate: Candidate, field: str, origin: Mapping[str, Any]) -> bool:
    if candidate.batch_id is None:
        return True
    if "batch" not in origin:
        return False
    return bool(_since(candidate, field) >= origin["batch"])


def _since(candidate: Candidate, field: str) -> int:
    return candidate.since.get(field, candidate.batch_id or 0)


def _origin(candidate: Candidate, field: str) -> dict[str, Any]:
    if candidate.batch_id is None:
        return {"by": candidate.by, "at": candidate.created_at.isoformat()}
    return {
        "batch": _since(candidate, field),
        "file": candidate.source,
        "sheet": candidate.sheet,
        "row": candidate.row,
        "at": candidate.created_at.isoformat(),
    }


def _fold_names(values: Values, origins: Origins, candidates: Iterable[Candidate]) -> None:
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
