"""Two at once: taken in once, decided once, and the second one is told or finds it done."""

import csv
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from app.catalogue.models import Organisation, Vendor
from app.catalogue.stages import Stage
from app.core.db import transaction
from app.core.errors import Conflict
from app.curation import batches, merging
from app.curation.admission import Twin, deciding, edit
from app.curation.models import Candidate
from ingest import pipeline
from ingest.report import Report, State
from search.engine import Kind
from search.vocabulary import load_vocabulary
from tests.factories import a_batch, a_proposal, a_record, the_record

pytestmark = pytest.mark.usefixtures("own_database")
CODE = "91440300708461136T"


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, all begun in the same moment."""
    ready = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        ready.wait()
        try:
            outcomes[place] = acts[place]()
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def a_list(path: Path) -> Path:
    """Twenty vendors, one of them with a credit code."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        written = csv.writer(file)
        written.writerow(["企业名称", "统一社会信用代码", "所在地市"])
        for number in range(20):
            name = f"深圳市{chr(0x4E00 + 37 * number)}云{chr(0x5000 + 91 * number)}有限公司"
            written.writerow([name, "" if number else CODE, "深圳市"])
    return path


def test_the_same_list_read_twice_at_once_comes_in_once(tmp_path: Path) -> None:
    path, vocabulary = a_list(tmp_path / "list.csv"), load_vocabulary()

    def read() -> Report:
        return pipeline.run(path, vocabulary=vocabulary, by="op", accept=True)

    first, second = sorted(at_once(read, read), key=lambda report: report.counts["unchanged"])
    assert (first.counts[State.NEW], second.counts[State.UNCHANGED]) == (20, 20)
    with transaction(writes=False) as db:
        assert len(db.exec(select(Organisation)).all()) == 20
        assert len(db.exec(select(Candidate)).all()) == 20
        public = db.exec(select(Vendor).where(col(Vendor.stage) == Stage.PUBLISHED)).all()
        assert len(public) == 20


def test_two_corrections_of_one_record_at_once_are_both_kept() -> None:
    with transaction() as db:
        record_id = a_record(db, Kind.SOLUTION, name="排产").id

    def correct(**values: Any) -> None:
        with deciding() as db:
            edit(db, the_record(db, Kind.SOLUTION, record_id), values, by="op")
            db.flush()  # written, and not to be seen yet
            time.sleep(0.2)

    assert at_once(lambda: correct(year=2025), lambda: correct(price_text="面议")) == [None, None]
    with transaction(writes=False) as db:
        record: Any = the_record(db, Kind.SOLUTION, record_id)
        assert (record.year, record.price_text) == (2025, "面议")
        assert {"year", "price_text"} <= record.origins.keys()


def test_a_case_of_the_merge_queue_is_decided_once() -> None:
    with transaction() as db:
        older = a_record(db, Kind.VENDOR, name="甲")
        twin = Twin(older.id, 0.8, ("alike",))
        a_batch(db, a_proposal(Kind.VENDOR, name="甲甲", twin=twin))
        db.flush()  # gives the case its number
        case_id = merging.waiting(db)[0].id
        assert case_id is not None

    def decide(verb: Callable[..., Any]) -> None:
        with deciding() as db:
            verb(db, merging.find_case(db, case_id), by="op")

    outcomes = at_once(lambda: decide(merging.merge), lambda: decide(merging.keep_apart))
    assert [type(outcome) for outcome in outcomes if outcome] == [Conflict]


def test_a_batch_is_taken_back_once() -> None:
    with transaction() as db:
        batch_id = a_batch(db, a_proposal(Kind.VENDOR, name="甲"), accept=True).id
        assert batch_id is not None

    def undo() -> dict[str, int]:
        with deciding() as db:
            return batches.take_back(db, batches.find(db, batch_id), by="op")

    outcomes = at_once(undo, undo)
    assert {"withdrawn": 1, "restored": 0} in outcomes
    assert any(isinstance(outcome, Conflict) for outcome in outcomes)
