"""Is the index there, does it say what the database says, and is its model there?"""

from datetime import timedelta

from sqlmodel import col, func, select

from app.catalogue import reading
from app.catalogue.index import compare, get_searcher
from app.catalogue.service import INDEX_JOB
from app.core.db import now, transaction
from app.core.i18n import _
from app.core.outbox import Job
from app.core.settings import get_settings
from app.health.database import LONGEST_LAG
from app.health.findings import Examination, Finding, ok, problem, reason_of, warning
from search.embeddings import ModelUnavailable
from search.engine import EngineAway, EngineUnusable, Kind
from search.searcher import Query, Searcher


def index(_examination: Examination) -> Finding:
    """The index answers a question."""
    url = get_settings().search_url
    try:
        get_searcher().search(Query(text="", kinds=tuple(Kind), limit=0))
    except EngineAway as error:
        return problem(
            _("The search engine cannot be reached: pages are answered from the database."),
            _("Start it, or correct POOL_SEARCH_URL; what waits is written by itself then."),
            url,
            reason_of(error),
        )
    except ValueError as error:
        return problem(
            _("The address of the index cannot be used."),
            _("Correct POOL_SEARCH_URL."),
            url,
            reason_of(error),
        )
    except EngineUnusable as error:
        return problem(
            _("The search engine refuses what we ask."),
            _("Correct the user, key, rights or certificate in POOL_SEARCH_…; see the README."),
            url,
            reason_of(error),
        )
    return ok(_("The index answers."), url)


def content(examination: Examination) -> Finding:
    """The index fits this version and holds what the database holds."""
    searcher = get_searcher()
    misfit = searcher.engine.misfit()
    if misfit or searcher.is_stale:
        said = _("The index was made by another version or with another model.")
        return problem(said, _("Run “pool reindex”."), *([misfit] if misfit else []))
    if examination.thorough:
        return _compared()
    with transaction(writes=False) as db:
        listed = sum(reading.counts(db).values())
        since = db.exec(
            select(func.min(Job.created_at)).where(
                Job.name == INDEX_JOB, col(Job.dead_at).is_(None)
            )
        ).one()
    lag = now() - since if since else None
    return judge_counts(searcher.engine.count(), listed, lag)


def judge_counts(indexed: int, listed: int, lag: timedelta | None) -> Finding:
    """What two counts mean, when the oldest change that waits for the index is so old."""
    if lag is not None and lag > LONGEST_LAG:
        minutes = int(lag.total_seconds() // 60)
        return problem(
            _("The index is {n} minutes behind the database.", n=minutes),
            _("Start “pool worker”; if it runs, its log says what keeps it."),
        )
    if lag is not None:
        return ok(_("Changes are on their way into the index."))
    if indexed != listed:
        return problem(
            _("The index holds {indexed} documents, the database {n}.", indexed=indexed, n=listed),
            _("Run “pool check-index --repair”."),
        )
    return ok(_("The index holds {n} documents, as many as the database.", n=listed))


def _compared() -> Finding:
    with transaction(writes=False) as db:
        difference = compare(db)
    if not difference:
        return ok(_("Index and database agree."))
    return problem(
        _(
            "{missing} missing, {outdated} outdated, {stray} stray in the index.",
            missing=len(difference.missing),
            outdated=len(difference.outdated),
            stray=len(difference.stray),
        ),
        _("Run “pool check-index --repair”."),
    )


def kept(_examination: Examination) -> Finding:
    """Earlier indexes that take room until somebody says that they are not needed."""
    names = get_searcher().engine.kept()
    if not names:
        return ok(_("No earlier index is kept."))
    return warning(
        _("Earlier indexes that are kept: {n}.", n=len(names)),
        _("When the live one proves itself, run “pool reindex --discard”."),
        *names,
    )


def is_warm(_examination: Examination) -> Finding:
    """The model is not just being loaded; questions are answered by words until then."""
    searcher = get_searcher()
    if searcher.is_warming:
        return problem(_("The language model is being loaded."), _("Wait some seconds."))
    if not searcher.by_meaning:
        return _words_only(searcher.reason)
    return ok(_("The language model is there."))


def model(_examination: Examination) -> Finding:
    """The model is there, can be loaded, and gives what the index holds."""
    searcher = get_searcher()
    if searcher.embedder is None:
        return _words_only(searcher.reason)
    try:
        dimension = searcher.embedder.dimension
    except ModelUnavailable as error:
        return _words_only(reason_of(error))
    held = _dimension_of_index(searcher, searcher.embedder.name)
    if held is not None and held != dimension:
        return problem(
            _("The index was made by another version or with another model."),
            _("Run “pool reindex”."),
        )
    return ok(_("The language model gives {n} numbers a text.", n=dimension))


def _words_only(reason: str) -> Finding:
    return warning(
        _("The language model is missing: searching by words only."),
        _("Set POOL_EMBEDDING_MODEL to a folder with a model, or run “make setup”."),
        reason,
    )


def _dimension_of_index(searcher: Searcher, space: str) -> int | None:
    """How many numbers an indexed vector has; None when there is none, or no index."""
    try:
        hits = searcher.search(Query(text="", kinds=tuple(Kind), limit=1)).hits
        vector = searcher.engine.vector(hits[0].id, space) if hits else None
    except EngineAway:
        return None
    return None if vector is None else len(vector)
