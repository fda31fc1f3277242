"""What is compared, and what a comparison decides."""

from dataclasses import dataclass
from typing import Literal

State = Literal["same", "review", "new"]


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with a name that may be known already.

    `code` identifies it beyond its name: the credit code of an organisation, the number of a
    document. `region` is a GB/T 2260 code from elsewhere than the name. `scope` is within what
    the name counts: the vendor of a solution or case, the issuer of a document, the date of a
    training. `by` is who stands behind it, such as the organiser of a training.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    code: str | None = None
    region: str | None = None
    scope: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a candidate is known: "same" as `entity_id`, to "review" against it, or "new".

    `score` lies between 0 and 1; `reasons` are English message ids without placeholders.
    """

    state: State
    entity_id: str = ""
    score: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are, with the reason that weighed most."""

    score: float
    reason: str
