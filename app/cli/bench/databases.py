"""SQLite against PostgreSQL: what each page of the site asks of its database."""

import random
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url
from sqlmodel import Session, col, select

from app.catalogue import reading
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Solution, Vendor
from app.cli.bench import child
from app.cli.bench.ingesting import write_lists
from app.cli.bench.questions import KINDS
from app.cli.bench.timing import percentiles, ratio, timed
from app.core.db import make_engine
from app.core.migrating import upgrade
from app.core.settings import get_settings
from app.discovery import fallback
from app.discovery.counting import count_cases, count_offers
from ingest import pipeline
from search.answers import Query
from search.engine import Kind

SQLITE, POSTGRES = "sqlite", "postgresql"
LARGEST = 10_000
ROWS = 20  # on one page
SIMILAR = 5
WARM_UP = 5


def measure(home: Path, sizes: list[int], *, times: int, postgres: str) -> list[dict[str, Any]]:
    """One row a size up to LARGEST, with each database's figures and SQLite's : PostgreSQL's."""
    found = []
    for size in (size for size in sizes if size <= LARGEST):
        with addresses(home / f"databases-{size}", postgres) as urls:
            setting = child.environment(home)
            filled = {
                name: child.run(
                    "databases.fill",
                    child.environment(home, POOL_DATABASE_URL=url),
                    rows=size,
                )
                for name, url in urls.items()
            }
            asked = child.run("databases.ask", setting, urls=urls, times=times)
        figures = {name: filled[name] | asked[name] for name in urls}
        one, other = figures[SQLITE], figures[POSTGRES]
        ratios = {name: ratio(one[name], other[name]) for name in one}
        found.append({"records": size, **figures, "ratios": ratios})
    return found


@contextmanager
def addresses(home: Path, postgres: str) -> Iterator[dict[str, str]]:
    """A fresh database of each kind; that on the server is dropped afterwards."""
    name = f"pool_bench_{secrets.token_hex(8)}"
    own = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    _administer(postgres, "CREATE DATABASE {}", name)
    try:
        yield {SQLITE: f"sqlite:///{home}.db", POSTGRES: own}
    finally:
        _administer(postgres, "DROP DATABASE {} WITH (FORCE)", name)


def _administer(url: str, command: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(command).format(sql.Identifier(name)))


def fill(rows: int) -> dict[str, Any]:
    """Take generated lists of together so many rows in, as `pool ingest` does."""
    upgrade()
    lists = write_lists(get_settings().home, rows)

    def take_in() -> None:
        for kind, path in lists.items():
            pipeline.run(path, kind=kind, vocabulary=get_vocabulary(), by="pool bench", accept=True)

    return {"ingested": round(rows / timed(take_in)[0])}


def ask(urls: dict[str, str], times: int) -> dict[str, Any]:
    """What each page asks, of every database in turn, in a session of its own as in a request."""
    spent: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in urls}
    with ExitStack() as opened:
        engines = {name: opened.enter_context(_opened(url)) for name, url in urls.items()}
        identifiers = {name: _identifiers(engine) for name, engine in engines.items()}
        for number in range(-WARM_UP, times):
            for page, visit in PAGES.items():
                for name, engine in engines.items():
                    known = identifiers[name].drawn(number)
                    seconds, _ = timed(partial(_visit, engine, visit, known))
                    if number >= 0:
                        spent[name][page].append(seconds)
    return {name: percentiles(pages) for name, pages in spent.items()}


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@dataclass(frozen=True, slots=True)
class Known:
    """What a visitor follows: addresses of solutions and vendors, and hits of a search."""

    solutions: Sequence[str]
    vendors: Sequence[str]
    hits: Sequence[str]

    def drawn(self, number: int) -> "Known":
        """Others each time, the same again in every run."""
        chance = random.Random(number)  # noqa: S311  repeatable, nothing secret
        return Known(*(chance.sample(all_, min(ROWS, len(all_))) for all_ in astuple(self)))


def _identifiers(engine: Engine) -> Known:
    with Session(engine) as db:
        columns = (Solution.slug, Vendor.slug, Solution.identifier)
        return Known(*(db.exec(select(column).order_by(col(column))).all() for column in columns))


def _visit(engine: Engine, visit: Callable[[Session, Known], None], known: Known) -> None:
    with Session(engine) as db:
        visit(db, known)


def _rows(db: Session, known: Known) -> None:
    records = reading.by_identifiers(db, known.hits).values()
    count_cases(db, records)
    count_offers(db, records)


def _solution(db: Session, known: Known) -> None:
    record = reading.find_public(db, Kind.SOLUTION, known.solutions[0])
    reading.cases_of(db, solution=cast("Solution", record))
    reading.by_identifiers(db, known.hits[:SIMILAR])
    reading.revisions(db, record)


def _vendor(db: Session, known: Known) -> None:
    record = cast("Vendor", reading.find_public(db, Kind.VENDOR, known.vendors[0]))
    reading.solutions_of(db, record)
    reading.cases_of(db, vendor=record)
    reading.revisions(db, record)


def _list(db: Session, _known: Known, *, number: int = 1) -> None:
    newest = (col(Solution.published_at).desc(),)
    reading.page(db, Kind.SOLUTION, number=number, size=ROWS, order=newest)


def _home(db: Session, _known: Known) -> None:
    reading.counts(db)
    reading.last_change(db)
    reading.newest(db, Kind.SOLUTION, SIMILAR)


def _without_index(db: Session, _known: Known) -> None:
    fallback.search(db, Query("注塑 车间 排产", KINDS))


PAGES: dict[str, Callable[[Session, Known], None]] = {
    "rows of a search": _rows,
    "a solution": _solution,
    "a vendor": _vendor,
    "a list, first page": _list,
    "a list, page 30": partial(_list, number=30),
    "the front page": _home,
    "search without the index": _without_index,
}
