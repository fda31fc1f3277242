"""The order of matches: by score, and among equals by a salt that changes every week."""

import hashlib
from uuid import UUID

from app.core.formats import today


def salt_of_week() -> str:
    """The name of this week in China; known to everybody, and the same for every need."""
    year, week, _day = today().isocalendar()
    return f"{year}-W{week:02d}"


def tie(salt: str, id_: UUID) -> int:
    """A place among equals that has nothing to do with names, time or size; 64 bits."""
    digest = hashlib.blake2b(id_.bytes, key=salt.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def level(score: float, step: float) -> int:
    """Scores on one level count as equal: what lies between them is noise."""
    return int(round(score, 6) / step + 1e-6)


def key(score: float, solution_id: UUID, salt: str, step: float) -> tuple[int, int]:
    """By what matches are put in order; nothing else is looked at, so anybody can repeat it."""
    return -level(score, step), tie(salt, solution_id)
