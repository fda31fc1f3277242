"""Ways out of an empty result: which filter to drop, and what would come back."""

from dataclasses import replace

from search.answers import Relaxation
from search.engine import CandidateRequest, Engine


def relaxations(engine: Engine, request: CandidateRequest) -> tuple[Relaxation, ...]:
    """Each single filter that helps when dropped, those that bring back most first."""
    found = []
    for facet, codes in request.filters.items():
        left = {other: c for other, c in request.filters.items() if other != facet}
        total = _total(engine, replace(request, filters=left))
        found.append(Relaxation(facet, codes[0] if len(codes) == 1 else None, total))
    if request.max_price is not None:
        total = _total(engine, replace(request, max_price=None))
        found.append(Relaxation("max_price", None, total))
    return tuple(sorted((way for way in found if way.total), key=lambda way: -way.total))


def _total(engine: Engine, request: CandidateRequest) -> int:
    return engine.candidates(replace(request, depth=0, facets=())).total
