"""Where a listing stands on its way into and out of the pool: every lawful move in one table."""

from enum import StrEnum

from app.core.errors import Conflict


class Stage(StrEnum):
    """The stages of a listing, and of the application that brings it in or changes it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECOMMENDED = "recommended"  # by the city or county
    REVIEWED = "reviewed"  # by the province, against its criteria
    NOTICE = "notice"  # public notice: anybody may object
    PUBLISHED = "published"
    RETURNED = "returned"  # for more, to the vendor
    REFUSED = "refused"
    QUARANTINED = "quarantined"  # hidden for some time, with a reason
    WITHDRAWN = "withdrawn"  # by the vendor, or because no list names it any more
    REMOVED = "removed"  # by the staff
    MERGED = "merged"  # part of another record now


MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.DRAFT: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.SUBMITTED: frozenset(
        {Stage.RECOMMENDED, Stage.RETURNED, Stage.REFUSED, Stage.WITHDRAWN, Stage.MERGED}
    ),
    Stage.RECOMMENDED: frozenset({Stage.REVIEWED, Stage.RETURNED, Stage.REFUSED, Stage.WITHDRAWN}),
    Stage.REVIEWED: frozenset({Stage.NOTICE, Stage.RETURNED, Stage.REFUSED, Stage.WITHDRAWN}),
    Stage.NOTICE: frozenset({Stage.PUBLISHED, Stage.RETURNED, Stage.REFUSED, Stage.WITHDRAWN}),
    Stage.RETURNED: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.REFUSED: frozenset({Stage.SUBMITTED}),  # by an appeal that was allowed
    Stage.PUBLISHED: frozenset({Stage.QUARANTINED, Stage.WITHDRAWN, Stage.REMOVED, Stage.MERGED}),
    Stage.QUARANTINED: frozenset({Stage.PUBLISHED, Stage.WITHDRAWN, Stage.REMOVED, Stage.MERGED}),
    Stage.WITHDRAWN: frozenset({Stage.SUBMITTED, Stage.PUBLISHED}),
    Stage.REMOVED: frozenset({Stage.SUBMITTED, Stage.PUBLISHED}),  # anew, or by an appeal
    Stage.MERGED: frozenset({Stage.SUBMITTED, Stage.PUBLISHED}),
}

SHORT: dict[Stage, frozenset[Stage]] = {
    **MOVES,
    Stage.SUBMITTED: MOVES[Stage.SUBMITTED] - {Stage.RECOMMENDED} | {Stage.PUBLISHED},
    **dict.fromkeys((Stage.RECOMMENDED, Stage.REVIEWED, Stage.NOTICE), frozenset[Stage]()),
}
"""The shorter way of a training: one second person of its region publishes it."""

ADMITTED_WHOLE: dict[Stage, frozenset[Stage]] = {Stage.SUBMITTED: frozenset({Stage.PUBLISHED})}
"""A row of a public list, whose list a named person admits as a whole, skips the steps between."""


def check_move(
    before: Stage,
    after: Stage,
    name: str,
    *,
    is_short: bool = False,
    admitted_whole: bool = False,
) -> None:
    """Raises `Conflict` unless the tables above have this move; `is_short`: of a training."""
    lawful = (SHORT if is_short else MOVES)[before]
    if admitted_whole:
        lawful = lawful | ADMITTED_WHOLE.get(before, frozenset())
    if after not in lawful:
        raise Conflict(
            "“{name}” is {stage} and cannot become {wanted}.",
            name=name,
            stage=str(before),
            wanted=str(after),
        )
