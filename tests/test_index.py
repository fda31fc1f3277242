"""Index and database: what differs is found and mended."""

from pathlib import Path

import pytest
from sqlmodel import Session

from app.catalogue import index
from search.embedded import EmbeddedEngine
from search.engine import Kind
from search.searcher import Searcher
from tests.factories import a_record, the_record
from tests.search.listings import BagOfCharacters


def test_an_index_of_another_model_is_made_anew(
    db: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solution = a_record(db, Kind.SOLUTION, name="注塑 MES")
    db.flush()
    without = Searcher(EmbeddedEngine(tmp_path / "index"), None, index.get_vocabulary())
    without.rebuild(index.documents(db))
    without.close()
    engine = EmbeddedEngine(tmp_path / "index")
    searcher = Searcher(engine, BagOfCharacters(), index.get_vocabulary())
    monkeypatch.setattr(index, "get_searcher", lambda: searcher)
    difference = index.compare(db)
    assert solution.identifier in difference.missing
    index.repair(db, difference)
    assert not index.compare(db)
    searcher.close()


def test_a_document_newer_than_its_record_is_outdated_and_replaced(
    db: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = a_record(db, Kind.VENDOR)
    searcher = Searcher(EmbeddedEngine(tmp_path / "index"), None, index.get_vocabulary())
    monkeypatch.setattr(index, "get_searcher", lambda: searcher)
    searcher.rebuild(index.documents(db))
    the_record(db, Kind.VENDOR, vendor.id).version -= 1
    db.flush()
    difference = index.compare(db)
    assert difference.outdated == (vendor.identifier,)
    index.repair(db, difference)
    assert not index.compare(db)
    searcher.close()
