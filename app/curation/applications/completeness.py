"""How complete a draft is, what is missing, and why it matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.curation.applications.field import Field
from app.curation.applications.fields import FIELDS
from app.curation.applications.forms import get
from app.curation.folding import is_empty
from search.engine import Kind

WEIGHT_NEEDED, WEIGHT_USEFUL = 2, 1


@dataclass(frozen=True, slots=True)
class Completeness:
    """The share that is said (0 to 100), what must still be said, and what would help."""

    percent: int
    needed: tuple[Field, ...]
    useful: tuple[Field, ...]

    @property
    def is_enough(self) -> bool:
        """Whether it may be handed in."""
        return not self.needed


def completeness(kind: Kind, values: Mapping[str, Any]) -> Completeness:
    """How much of what a listing may say is said."""
    return completeness_of(FIELDS[kind], values)


def completeness_of(fields: Sequence[Field], values: Mapping[str, Any]) -> Completeness:
    """How much of these fields is said; those that must be said count twice."""
    missing = [field for field in fields if is_empty(get(values, field))]
    whole = sum(_weight(field) for field in fields)
    lacking = sum(_weight(field) for field in missing)
    return Completeness(
        percent=100 * (whole - lacking) // whole,
        needed=tuple(field for field in missing if field.needed),
        useful=tuple(field for field in missing if not field.needed),
    )


def _weight(field: Field) -> int:
    return WEIGHT_NEEDED if field.needed else WEIGHT_USEFUL
