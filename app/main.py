"""The web application put together: settings, middleware, routers, what runs beside it."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import Depends, FastAPI

from app import about, feeds, information, jobs  # noqa: F401  what the outbox may name
from app.accounts import routes as accounts
from app.accounts.visitor import recognise
from app.alerts import routes as alerts
from app.api import guide
from app.api import routes as api
from app.catalogue import routes as catalogue
from app.catalogue.index import get_searcher
from app.core.logs import configure_logging
from app.core.settings import Settings, get_settings
from app.core.site import install
from app.core.worker import Worker
from app.curation.applications.sightings import Recorder
from app.desk import routes as desk
from app.desk.words import areas_of
from app.discovery import fallback
from app.discovery import routes as discovery
from app.health import routes as health
from app.inquiries import routes as inquiries
from app.inquiries.counting import count_unread
from app.needs import routes as needs
from app.oversight import routes as oversight
from app.payments import routes as payments
from app.shortlists import routes as shortlists
from app.trainings import routes as trainings
from app.workspace import routes as workspace

PAGES = (
    discovery.router,
    catalogue.router,
    information.router,
    *trainings.ROUTERS,
    about.router,
    guide.router,
    oversight.router,
    *accounts.ROUTERS,
    *workspace.ROUTERS,
    *needs.ROUTERS,
    *shortlists.ROUTERS,
    *alerts.ROUTERS,
    *inquiries.ROUTERS,
    *desk.ROUTERS,
    payments.pages,
)
"""Answered to people: each knows who asks."""

OTHERS = (api.router, feeds.router, health.router, payments.router)
"""Answered to programs, the same to everybody."""

log = structlog.get_logger("web")


def serve_app() -> FastAPI:
    """What each web process runs: the application, and logs set up for the whole process."""
    settings = get_settings()
    configure_logging(settings)
    return create_app(settings, worker=settings.processes == 1)


def create_app(settings: Settings | None = None, *, worker: bool = True) -> FastAPI:
    """The site; with `worker` it also runs the outbox, as it should where it is alone."""
    settings = settings or get_settings()
    app = FastAPI(
        title="粤工汇",
        lifespan=_lifespan(worker=worker),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for router in PAGES:
        app.include_router(router, dependencies=[Depends(recognise), Depends(count_unread)])
    for router in OTHERS:
        app.include_router(router)
    install(app, settings)
    app.state.environment.globals["desk_areas"] = areas_of
    return app


def _lifespan(*, worker: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        outbox, recorder = Worker(), Recorder()
        if worker:
            outbox.start()
        recorder.start()
        threading.Thread(target=warm, name="warm", daemon=True).start()
        yield
        recorder.stop()
        if worker:
            outbox.stop()

    return lifespan


def warm() -> None:
    """Load the index, the model and the dictionaries before a visitor has to wait for them."""
    try:
        fallback.warm()
        searcher = get_searcher()
        searcher.warm()
        if searcher.is_stale:
            reason = searcher.engine.misfit() or "another model"
            log.warning("search.stale", reason=reason, mend="pool reindex")
    except Exception as error:  # the site also runs while the index is being made
        log.warning("search.cold", error=type(error).__name__)
