"""Why this order: a stored run put in order again from nothing but its records."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.core.errors import NotFound
from app.matching import ordering
from app.matching.found import Place, Replay, Step
from app.matching.models import Match, MatchRun
from app.matching.weighing import DIGITS, total


def replay(db: Session, match: Match) -> Replay:
    """The order of the run that a match belongs to, and what parts it from its neighbours."""
    run = db.get(MatchRun, match.run_id)
    if run is None:
        raise NotFound("There is no such match.")
    stored = select(Match).where(Match.run_id == run.id).order_by(col(Match.rank))
    return replayed(run, db.exec(stored).all(), match)


def replayed(run: MatchRun, matches: Sequence[Match], match: Match) -> Replay:
    """The same without a database. Scores are summed anew, so that a sum is believed of nobody."""
    step = run.weights["step"]
    summed = [(total(one.scores), one) for one in matches]
    ordered = sorted(
        summed, key=lambda pair: ordering.key(pair[0], pair[1].solution_id, run.salt, step)
    )
    places = [
        Place(one.id, rank, score, one.scores, ordering.tie(run.salt, one.solution_id))
        for rank, (score, one) in enumerate(ordered, start=1)
    ]
    stored = [one.id for one in sorted(matches, key=lambda one: one.rank)]
    agrees = stored == [place.match_id for place in places] and all(
        score == one.score for score, one in summed
    )
    at = next(n for n, place in enumerate(places) if place.match_id == match.id)
    above = places[at - 1] if at else None
    below = places[at + 1] if at + 1 < len(places) else None
    return Replay(
        run=run,
        order=places,
        agrees=agrees,
        place=places[at],
        above=above,
        below=below,
        why_above=_step(above, places[at], step) if above else None,
        why_below=_step(places[at], below, step) if below else None,
    )


def _step(upper: Place, lower: Place, step: float) -> Step:
    names = dict.fromkeys((*upper.scores, *lower.scores))
    differences = {
        name: round(upper.scores.get(name, 0.0) - lower.scores.get(name, 0.0), DIGITS)
        for name in names
    }
    equal = ordering.level(upper.score, step) == ordering.level(lower.score, step)
    return Step("salt" if equal else "score", round(upper.score - lower.score, DIGITS), differences)
