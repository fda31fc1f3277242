"""Whether the process lives (no input or output at all) and whether it can serve."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus

import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import APIRouter
from sqlmodel import col, func, select, text
from starlette.responses import JSONResponse

from app.catalogue.index import get_searcher
from app.core.access import Public
from app.core.db import migration_config, now, transaction
from app.core.outbox import Job, counts
from search.engine import Kind
from search.searcher import Query

LONGEST_LAG = timedelta(minutes=10)  # of a job that should have run

log = structlog.get_logger("health")
router = APIRouter(dependencies=[Public], include_in_schema=False)


class Unready(Exception):
    """Why a check failed, in words that give nothing away."""


@router.get("/healthz", name="health:alive")
def alive() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@router.get("/readyz", name="health:ready")
def ready() -> JSONResponse:
    """Every check by name with "ok" or what is wrong; 503 when one of them fails."""
    checks = {name: _outcome(name, check) for name, check in CHECKS.items()}
    is_ready = all(outcome == "ok" for outcome in checks.values())
    return JSONResponse(
        {"status": "ok" if is_ready else "unready", "checks": checks},
        HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Cache-Control": "no-store"},
    )


def _outcome(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Unready as reason:
        return str(reason)
    except Exception as error:  # whatever breaks, the other checks still report
        log.warning("health.failed", check=name, error=type(error).__name__)
        return f"failed: {type(error).__name__}"
    return "ok"


def _database() -> None:
    with transaction(writes=False) as db:
        db.connection().execute(text("SELECT 1"))


def _migrations() -> None:
    with transaction(writes=False) as db:
        current = MigrationContext.configure(db.connection()).get_current_heads()
    if set(current) != set(_newest_revisions()):
        raise Unready("the database is not at the newest migration")


@lru_cache
def _newest_revisions() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(migration_config()).get_heads())


def _index() -> None:
    get_searcher().search(Query(text="", kinds=tuple(Kind), limit=0))


def _model() -> None:
    if get_searcher().is_warming:
        raise Unready("the language model is being loaded")


def _outbox() -> None:
    waiting = select(func.min(Job.run_after)).where(col(Job.dead_at).is_(None))
    with transaction(writes=False) as db:
        dead, oldest = counts(db).dead, db.exec(waiting).one()
    if dead:
        raise Unready(f"jobs given up: {dead}")
    if oldest and now() - oldest > LONGEST_LAG:
        minutes = int((now() - oldest).total_seconds() // 60)
        raise Unready(f"the oldest job is late by {minutes} minutes")


CHECKS: Mapping[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "index": _index,
    "model": _model,
    "outbox": _outbox,
}
