"""Matching a need against generated listings, beside the calls that it cannot do without."""

from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from app.catalogue.index import get_searcher, get_vocabulary
from app.catalogue.stages import Stage
from app.cli.bench import child
from app.cli.bench.documents import solutions
from app.cli.bench.questions import by_both, needs
from app.cli.bench.searching import REAL_TEXTS, bring_vectors
from app.cli.bench.timing import percentiles, ratio, timed
from app.cli.output import progress
from app.core.chunks import chunks
from app.core.db import now, transaction
from app.core.migrating import upgrade
from app.core.settings import get_settings
from app.matching.service import find, part_of
from app.matching.wanted import Wanted
from search.embeddings import Embedder, find_embedder
from search.engine import CandidateRequest, Kind

PARTS = {"one part": 1, "three parts": 3}
WARM_UP = 3
DEPTH = 50  # of each list, as matching asks for


def measure(home: Path, sizes: list[int], *, needs: int) -> list[dict[str, Any]]:
    """One row a size: needs of one and of three parts, and each to its bare calls, of p50."""
    found = []
    for size in sizes:
        setting = filled(home / f"matching-{size}", size)
        asked = child.run("matching.ask", setting, size=size, times=needs)
        ratios = {
            f"{name}, ratio": ratio(asked[f"{name}_p50"], asked[f"{name}, bare_p50"])
            for name in PARTS
        }
        found.append({"listings": size, **asked, **ratios})
    return found


def filled(home: Path, size: int, *, drafts: int = 0) -> dict[str, str]:
    """The environment of a pool with so many listings in its database and its index."""
    setting = child.environment(home)
    bring_vectors(home)
    child.run("search.fill", setting, size=size, texts=min(size, REAL_TEXTS))
    child.run("matching.fill", setting, size=size, drafts=drafts)
    return setting


def fill(size: int, drafts: int = 0) -> dict[str, int]:
    """Put the generated listings into the database; the first `drafts` are not public yet."""
    upgrade()
    made = list(solutions(get_vocabulary(), size))
    for number, one in enumerate(made):
        one.vendor.stage, one.vendor.published_at = Stage.PUBLISHED, now()
        if number >= drafts:
            one.stage, one.published_at = Stage.PUBLISHED, now()
    with transaction() as db:
        for some in chunks(made):
            db.add_all(some)
            db.flush()  # a hundred thousand at once would take the memory of all
    return {"listings": size}


def ask(size: int, times: int) -> dict[str, float]:
    """Milliseconds of `find` in a session of its own, and of the bare calls for the same parts."""
    spent: dict[str, list[float]] = defaultdict(list)
    model = find_embedder(get_settings().embedding_model).embedder
    each = sum(PARTS.values())
    texts = iter(needs(get_vocabulary(), size, (times + WARM_UP) * each))
    with progress(f"match {times} needs of each length") as step:
        for number in range(-WARM_UP, times):
            for name, count in PARTS.items():
                asked = [next(texts) for _ in range(count)]
                whole, bare = _one(asked, model)
                if number >= 0:
                    spent[name].append(whole)
                    spent[f"{name}, bare"].append(bare)
            step(max(0, number), times)
    return percentiles(spent)


def _one(texts: list[str], model: Embedder | None) -> tuple[float, float]:
    wanted = Wanted("，".join(texts), tuple(part_of(text) for text in texts))
    with transaction(writes=False) as db:
        whole, found = timed(partial(find, db, wanted))
    requests = [question.request for question in found.questions]
    return whole, timed(partial(_bare, texts, requests, model))[0]


def _bare(texts: list[str], requests: list[CandidateRequest], model: Embedder | None) -> None:
    """The model has not seen its texts before here, the engine has not been asked so."""
    engine = get_searcher().engine
    for text, request in zip(texts, requests, strict=True):
        if model is not None:
            model.encode_queries([text])
        for kind in (Kind.SOLUTION, Kind.CASE):
            engine.candidates(by_both(replace(request, kinds=(kind,), depth=DEPTH)))
