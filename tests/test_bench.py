"""The measurements: their listings are valid, and their report leaves no figure out."""

import csv
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.catalogue.index import get_searcher, get_vocabulary
from app.cli import app
from app.cli.bench import child, comparing, databases, measure, pages, searching
from app.cli.bench.comparing import EMBEDDED, Comparison
from app.cli.bench.contenders import elastic, embedded, remove
from app.cli.bench.documents import generated
from app.cli.bench.embedders import Clocked, Resampled
from app.cli.bench.exact import Exact
from app.cli.bench.ingesting import take_in, write_lists
from app.cli.bench.listings import MARK, Generator
from app.cli.bench.machine import peak, resident, this_machine
from app.cli.bench.questions import BROAD, NARROW, filters
from app.cli.bench.tables import as_text
from app.cli.bench.timing import Pulled, latency, ratio
from app.core.errors import Refusal
from app.core.settings import Settings, get_settings
from ingest.normalise.codes import is_credit_code
from search.elastic import Connection
from search.embedded import EmbeddedEngine
from search.searcher import Query, Searcher
from search.vector_cache import CachedEmbedder
from search.vocabulary import Vocabulary, load_vocabulary
from tests.databases import POSTGRES
from tests.search.listings import BagOfCharacters

SIZE = 20


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One whole run at a tiny size; without a model, as a fresh checkout has none."""
    return measure(tmp_path_factory.mktemp("bench"), [SIZE], quick=True)


def test_the_same_seed_makes_the_same_listings_and_another_makes_others(
    vocabulary: Vocabulary,
) -> None:
    def names(seed: int) -> list[str]:
        generator = Generator(vocabulary, seed)
        return [offer.name for offer in generator.offers(SIZE, generator.companies(5))]

    assert names(1) == names(1)
    assert names(1) != names(2)


def test_generated_companies_have_names_of_their_own_and_valid_codes(
    vocabulary: Vocabulary,
) -> None:
    companies = Generator(vocabulary).companies(500)
    assert len({company.name for company in companies}) == 500
    assert all(is_credit_code(company.credit_code) for company in companies)
    assert all(company.city.code.startswith("44") for company in companies)


def test_no_company_offers_the_same_twice(vocabulary: Vocabulary) -> None:
    generator = Generator(vocabulary)
    offers = list(generator.offers(60, generator.companies(3)))
    assert len({(offer.company.name, offer.name) for offer in offers}) == 60


def test_questions_differ_however_many_are_asked(vocabulary: Vocabulary) -> None:
    generator = Generator(vocabulary)
    offers = list(generator.offers(SIZE, generator.companies(5)))
    assert len(set(generator.needs(300, offers))) == 300


def test_every_generated_row_says_that_it_is_generated(own_database: Settings) -> None:
    lists = write_lists(own_database.home, SIZE)
    rows = 0
    for path in lists.values():
        with path.open(encoding="utf-8", newline="") as file:
            title, _headings, *listed = csv.reader(file)
        assert MARK in title[0]
        assert all(row[-1] == MARK for row in listed)
        rows += len(listed)
    assert rows == SIZE


def test_generated_rows_become_records_without_one_problem(own_database: Settings) -> None:
    found = take_in(SIZE)
    assert (found["rows"], found["new"]) == (SIZE, SIZE)
    assert found["memory_peak"] >= found["memory_before"] > 0


def test_generated_documents_carry_what_real_ones_are_filtered_by(vocabulary: Vocabulary) -> None:
    documents = list(generated(vocabulary, SIZE))
    assert len({document.id for document in documents}) == SIZE
    for document in documents:
        assert {"industry", "scenario", "city", "deployment"} <= document.facets.keys()
        assert {"summary", "vendor"} <= document.texts.keys()


def test_resampled_vectors_are_unit_rows_near_real_ones_and_apart_from_each_other() -> None:
    real = BagOfCharacters()
    base = real.encode_documents(["注塑车间排产", "能耗管理"])
    rows = Resampled(real, base).encode_documents(["a"] * 50)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert (rows @ base.T).max(axis=1).min() > 0.95
    assert len(np.unique(rows, axis=0)) == 50


@pytest.fixture
def filled(vocabulary: Vocabulary, tmp_path: Path) -> Iterator[tuple[EmbeddedEngine, Clocked]]:
    """An index of generated listings with vectors, and the model of those."""
    model, engine = BagOfCharacters(), EmbeddedEngine(tmp_path)
    clocked = Clocked(model, model)
    Searcher(engine, clocked, vocabulary).rebuild(generated(vocabulary, SIZE))
    yield engine, clocked
    engine.close()


def test_filters_are_as_wide_as_they_say(
    filled: tuple[EmbeddedEngine, Clocked], vocabulary: Vocabulary
) -> None:
    engine, clocked = filled
    searcher = Searcher(engine, clocked, vocabulary)
    everything, narrow, broad = filters(engine)
    assert (everything.codes, everything.percent) == ({}, 100)
    assert narrow.percent < broad.percent
    assert abs(broad.percent - BROAD) <= 10
    assert narrow.percent >= NARROW
    for chosen in (narrow, broad):
        found = searcher.search(Query(filters=chosen.codes)).total
        assert round(100 * found / SIZE) == chosen.percent


def test_recall_is_the_share_of_the_nearest_that_was_found(
    filled: tuple[EmbeddedEngine, Clocked],
) -> None:
    engine, clocked = filled
    exact = Exact.of(engine, clocked.name)
    assert exact is not None
    vector = clocked.encode_queries(["设备停机"])[0]
    nearest = exact.ids[np.argsort(-(exact.matrix @ vector))].tolist()
    assert exact.recall(nearest[:4], vector, 4) == 1.0
    assert exact.recall(nearest[2:6], vector, 4) == 0.5
    assert exact.among(nearest[2:]).recall(nearest[2:6], vector, 4) == 1.0


def test_making_the_items_is_left_out_of_the_time_of_writing_them() -> None:
    pulled = Pulled(map(time.sleep, [0.01] * 3))
    assert len(list(pulled)) == 3
    assert pulled.seconds >= 0.03


def test_with_a_model_every_figure_of_a_search_is_there(
    filled: tuple[EmbeddedEngine, Clocked], vocabulary: Vocabulary, tmp_path: Path
) -> None:
    engine, clocked = filled
    exact = Exact.of(engine, clocked.name)
    contender = embedded(tmp_path, exact)
    comparison = Comparison({EMBEDDED: contender}, clocked, exact, vocabulary)
    for need in ("设备停机没人知道", "车间能耗太高", "仓库点数老出错"):
        comparison.ask(need)
    comparing.save(contender, vocabulary, exact)
    assert_whole(contender.figures())
    assert contender.figures()["embedding_p50"] > 0
    assert contender.figures()["recall, unfiltered"] == 1.0
    assert contender.figures()["recall, of a kind"] == 1.0


def test_elasticsearch_is_asked_the_same_and_leaves_nothing_behind(
    filled: tuple[EmbeddedEngine, Clocked],
    vocabulary: Vocabulary,
    tmp_path: Path,
    elastic_url: str,
) -> None:
    engine, clocked = filled
    exact = Exact.of(engine, clocked.name)
    contenders = {EMBEDDED: embedded(tmp_path, exact), "elasticsearch": elastic(elastic_url)}
    there = contenders["elasticsearch"]
    Searcher(there.engine, clocked, vocabulary).rebuild(generated(vocabulary, SIZE))
    comparison = Comparison(contenders, clocked, exact, vocabulary)
    for need in ("设备停机没人知道", "车间能耗太高", "仓库点数老出错"):
        comparison.ask(need)
    comparing.save(there, vocabulary, exact)
    figures = there.figures()
    assert_whole(figures)
    assert figures["client_p50"] >= figures["server_p50"] > 0
    assert figures["trips"] >= 2
    assert figures["heap"] > 0 <= figures["memory"]
    assert figures["recall, narrow"] == figures["recall, of a kind"] == 1.0
    remove(elastic_url)
    connection = Connection(elastic_url)
    with connection.writing() as client:
        assert not client.indices.get(index=f"{connection.prefix}-*").body
    connection.close()


def assert_whole(figures: Mapping[str, float]) -> None:
    """What every engine tells of itself."""
    for way in ("words", "meaning", "both"):
        for width in ("unfiltered", "narrow", "broad"):
            assert figures[f"{way}, {width}_p50"] > 0
    for name in ("whole", "engine", "above", "bare", "calls", "found"):
        assert 0 < figures[f"{name}_p50"] <= figures[f"{name}_p99"]
    assert figures["disk"] > 0


def test_the_report_names_machine_and_generator_and_holds_every_figure(
    report: dict[str, Any],
) -> None:
    assert report["machine"]["cores"] >= 1
    assert report["machine"]["python"]
    (search,), (ingest,) = report["search"], report["ingest"]
    figures = search["embedded"]
    for name in ("whole_p50", "whole_p99", "bare_p50", "both, narrow_p50", "found_p50", "disk"):
        assert figures[name] > 0
    assert figures["memory"] >= 0
    assert len(report["left_out"]) == 2
    assert (ingest["rows"], ingest["per_row"]) == (SIZE, 1.0)
    asked = report["pages"]
    assert asked["bare page"]["per_second"] > 0
    for name in ("nothing asked", "asked before", "a new question"):
        assert asked[f"/search, {name}"]["bare_to_page"] > 0


def test_the_table_for_readers_shows_every_part(report: dict[str, Any]) -> None:
    text = as_text(report)
    for said in (
        "Search among",
        "Pages of",
        "Ingestion:",
        "Matching a need",
        "Publishing one listing",
        "Bookings of one sitting",
        MARK,
        "words only",
        "bare page",
        "No Ela",
    ):
        assert said in text


def test_a_need_is_matched_beside_its_bare_calls(report: dict[str, Any]) -> None:
    (row,) = report["matching"]
    assert row["listings"] == SIZE
    for name in ("one part", "three parts"):
        assert 0 < row[f"{name}_p50"] <= row[f"{name}_p99"]
        assert row[f"{name}, bare_p50"] > 0 < row[f"{name}, ratio"]


def test_the_request_that_publishes_asks_nothing_of_the_searches_that_wait(
    report: dict[str, Any],
) -> None:
    few, many = report["watches"]
    assert few["waiting"] < many["waiting"]
    assert few["statements"] == many["statements"] > 0
    assert few["on_searches"] == many["on_searches"] == 0
    assert many["found"] >= few["found"]
    assert many["looked_up_p50"] > 0


def test_the_table_says_how_vectors_were_made_when_there_is_a_model(report: dict[str, Any]) -> None:
    (row,) = report["search"]
    assert "resampled" in as_text({**report, "search": [{**row, "by_meaning": True}]})


def test_two_contenders_stand_side_by_side_with_their_ratio(report: dict[str, Any]) -> None:
    row = {
        **report["search"][0],
        "embedded": {"whole_p50": 10.0, "whole_p99": 20.0, "disk": 3.0},
        "elasticsearch": {"whole_p50": 40.0, "whole_p99": 50.0, "heap": 300.0},
        "ratios": {"whole_p50": 0.25},
    }
    lines = as_text({**report, "search": [row]}).splitlines()
    (whole,) = (line.split() for line in lines if line.strip().startswith("whole search"))
    assert whole[-3:] == ["10.0/20.0", "40.0/50.0", "0.25"]
    (heap,) = (line.split() for line in lines if line.strip().startswith("heap"))
    assert heap[-3:] == ["–", "300.0", "–"]


def test_the_command_prints_one_part_as_json(own_database: Settings) -> None:
    done = CliRunner().invoke(app, ["bench", "--sizes", "10", "--only", "ingest", "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert printed["ingest"][0]["rows"] == 10
    assert "search" not in printed


@pytest.mark.parametrize("sizes", ["many", "0", "10,-1"])
def test_sizes_that_are_no_numbers_are_wrong_use(sizes: str) -> None:
    assert CliRunner().invoke(app, ["bench", "--sizes", sizes]).exit_code == 2


def test_a_measurement_that_fails_is_named(own_database: Settings) -> None:
    with pytest.raises(Refusal, match="ingest"):
        child.run("ingest", child.environment(own_database.home), rows="none")


def test_a_task_runs_in_this_process_too(
    own_database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    get_vocabulary.cache_clear()
    child.main("ingest", '{"rows": 5}')
    assert json.loads(capsys.readouterr().out)["rows"] == 5


@pytest.fixture
def own_index(own_database: Settings) -> Iterator[None]:
    """The searcher of the settings' own pool, let go afterwards."""
    get_searcher.cache_clear()
    yield
    get_searcher().close()
    get_searcher.cache_clear()


@pytest.mark.usefixtures("own_index")
def test_an_index_is_filled_and_asked_in_the_pool_of_the_settings() -> None:
    assert searching.fill(size=SIZE, texts=5)["indexed"] > 0
    urls = {EMBEDDED: get_settings().search_url}
    asked = comparing.ask(size=SIZE, questions=3, urls=urls)
    assert asked["asked"]["questions"] == 3
    assert asked[EMBEDDED]["added"] is not None


def test_vectors_that_the_pool_has_are_brought_along(
    own_database: Settings, tmp_path: Path
) -> None:
    kept = CachedEmbedder(BagOfCharacters(), own_database.cache / "vectors.db")
    kept.encode_documents(["车间能耗太高"])
    searching.bring_vectors(tmp_path / "bench")
    assert (tmp_path / "bench" / "cache" / "vectors.db").stat().st_size > 0


def databases_named(start: str) -> set[str]:
    with psycopg.connect(POSTGRES) as connection:
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
    return {name for (name,) in names if name.startswith(start)}


def test_both_databases_answer_every_page_and_the_one_made_is_dropped(tmp_path: Path) -> None:
    if not POSTGRES:
        pytest.skip("only where a PostgreSQL is given")
    before = databases_named("pool_bench_")
    (row,) = databases.measure(tmp_path, [SIZE, 100_000], times=2, postgres=POSTGRES)
    assert row["records"] == SIZE
    for page in databases.PAGES:
        for name in (databases.SQLITE, databases.POSTGRES):
            assert row[name][f"{page}_p50"] > 0
        assert row["ratios"][f"{page}_p50"] > 0
    assert "search without the index: ms" in as_text(
        {"machine": asdict(this_machine()), "mark": MARK, "left_out": [], "databases": [row]}
    )
    assert databases_named("pool_bench_") <= before  # another run's may be there meanwhile


@pytest.mark.usefixtures("own_index")
def test_the_pool_behind_the_pages_is_admitted_and_indexed() -> None:
    assert pages.fill(SIZE) == {"listings": SIZE}
    assert len(get_searcher().versions()) == SIZE


def test_the_bare_page_is_one_constant_page() -> None:
    client = TestClient(pages.create_bare())
    assert client.get("/").text == client.get("/").text
    assert "item 19" in client.get("/").text


def test_what_is_said_of_times_and_machines_can_be_trusted() -> None:
    assert latency([0.001] * 99 + [1.0]).p50 == 1.0
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(1.0, 0.0) is None
    assert peak() >= resident() * 0.9 > 0
    assert this_machine().memory_gib > 0


def test_bookings_under_contention_sell_every_seat_once(report: dict[str, Any]) -> None:
    (row,) = report["bookings"]
    assert (row["database"], row["booked"], row["oversold"]) == ("sqlite", row["seats"], 0)
    assert row["asked"] > row["seats"]
    assert row["bookings_per_second"] > 0 < row["events_per_second"]
    assert row["confirmed"] * 3 == row["events"]
