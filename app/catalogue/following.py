"""What follows when a listing is public, or says something new, and can be found.

Packages above the catalogue (needs that wait, saved searches) name a job here. It is written with
the end of the job that made the index follow, so it finds the listing in the index, and is not
lost. A listing may be told more than once: handlers look at what they did before.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from sqlmodel import Session

from app.core.outbox import Run, afterwards, job
from search.engine import Kind

FOLLOWERS: dict[str, frozenset[Kind]] = {}
"""Names of jobs → the kinds of listing that they are told about."""


def follows(name: str, *kinds: Kind, batch: int = 1) -> Callable[[Run], Run]:
    """Declare a job that is told of these kinds; a payload is {"kind": …, "id": record id}."""
    FOLLOWERS[name] = frozenset(kinds)
    return job(name, batch=batch)


def tell(db: Session, listings: Iterable[tuple[Kind, UUID]]) -> None:
    """Have the followers told of (kind, record id) once the running job has ended well."""
    told = list(listings)
    for name, kinds in FOLLOWERS.items():
        of_kinds = ({"kind": str(kind), "id": str(id_)} for kind, id_ in told if kind in kinds)
        afterwards(db, name, of_kinds)
