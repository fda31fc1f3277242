"""The measures of ranking, checked by hand, and the floor that the real ranking must keep."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from search.engine import Document, Kind
from search.evaluation import (
    METRICS,
    bootstrap,
    evaluate_dataset,
    evaluate_judgements,
    ndcg,
    recall,
    reciprocal_rank,
    summarise,
)
from search.searcher import open_searcher
from search.vocabulary import Vocabulary, load_vocabulary
from tests.search.listings import POOL, BagOfCharacters, a_document, a_searcher

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "ingest" / "samples" / "解决方案清单.csv"
JUDGEMENTS = ROOT / "tests" / "search" / "judgements.jsonl"
# measured .76 for both together; a change that falls below has to explain itself
FLOOR = 0.72


def test_gain_counts_grades_and_places() -> None:
    grades = {"a": 3, "b": 1}
    assert ndcg(["a", "b", "c"], grades) == 1
    assert ndcg(["b", "a"], grades) == pytest.approx(
        (1 + 7 / 1.58496) / (7 + 1 / 1.58496), abs=1e-4
    )
    assert ndcg(["x"] * 10 + ["a"], grades) == 0
    assert ndcg(["a"], {"a": 0}) == 0


def test_reciprocal_rank_and_recall() -> None:
    assert reciprocal_rank(["x", "a"], {"a": 1, "x": 0}) == 0.5
    assert reciprocal_rank(["x"] * 10 + ["a"], {"a": 1}) == 0
    assert recall(["a", "x"], {"a": 2, "b": 1, "x": 0}) == 0.5
    assert recall(["a"], {"a": 0}) == 0


def test_an_interval_holds_the_mean_and_is_repeatable() -> None:
    values = [0.0, 0.2, 0.9, 1.0, 0.4]
    interval = bootstrap(values)
    assert interval.low < interval.mean == 0.5 < interval.high
    assert bootstrap(values) == interval
    assert bootstrap([]).mean == 0


def test_a_report_leaves_out_what_has_no_answer_and_shows_every_leg() -> None:
    report = summarise(
        [({"words": ["a"], "hybrid": ["b"]}, {"a": 1}), ({"words": ["a"]}, {"a": 0})]
    )
    assert (report.queries, report.skipped) == (1, 1)
    assert report.as_dict()["words"]["ndcg@10"] == [1, 1, 1]
    assert report.as_dict()["hybrid"]["mrr@10"] == [0, 0, 0]
    lines = report.as_text().splitlines()
    assert all(name in lines[0] for name in METRICS)
    assert lines[1].split()[0] == "words"


def test_judged_solutions_are_known_by_name_and_by_vendor_where_names_are_shared(
    tmp_path: Path,
) -> None:
    twins = [
        a_document("one", "能耗监测", texts={"vendor": "甲公司"}),
        a_document("two", "能耗监测", texts={"vendor": "乙公司"}),
    ]
    judged = [
        {"name": "能耗监测", "vendor": "甲公司", "grade": 0},
        {"name": "能耗监测", "vendor": "乙公司", "grade": 2},
        {"name": "注塑　ＭＥＳ", "vendor": "another name of it", "grade": 1},
    ]
    path = tmp_path / "judgements.jsonl"
    path.write_text(
        json.dumps({"query": "能耗监测 注塑 mes", "judgements": judged}), encoding="utf-8"
    )
    done: list[tuple[int, int]] = []
    searcher = a_searcher(tmp_path / "index", *twins, *POOL)
    report = evaluate_judgements(path, searcher, progress=lambda at, of: done.append((at, of)))
    assert report.legs["hybrid"]["recall@50"].mean == 1
    assert list(report.legs) == ["words", "hybrid"]
    assert done == [(1, 1)]


def test_a_folder_of_corpus_queries_and_judgements_is_measured(tmp_path: Path) -> None:
    rows = [{"_id": "d1", "title": "能耗", "text": "电费"}, {"_id": "d2", "text": "仓库盘点"}]
    corpus = "\n".join(json.dumps(row) for row in rows).encode()
    (tmp_path / "corpus.jsonl.gz").write_bytes(gzip.compress(corpus))
    queries = [{"_id": "q1", "text": "盘点"}, {"_id": "q2", "text": "nobody judged this"}]
    text = "\n".join(json.dumps(row) for row in queries)
    (tmp_path / "queries.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\n", encoding="utf-8")
    report = evaluate_dataset(tmp_path, embedder=BagOfCharacters())
    assert report.queries == 1
    assert set(report.legs) == {"words", "meaning", "hybrid"}
    assert report.legs["hybrid"]["ndcg@10"].mean == 1


def sample_documents(vocabulary: Vocabulary) -> list[Document]:
    text = SAMPLES.read_bytes().decode("gb18030")
    return [
        Document(
            id=f"s{number}",
            kind=Kind.SOLUTION,
            version=1,
            name=row["解决方案名称"],
            texts={
                "summary": row["方案简介"],
                "scenario": row["应用场景"],
                "industry": row["适用行业"],
                "vendor": row["供应商"],
            },
            facets={
                "industry": vocabulary.industries_of(row["适用行业"]).codes,
                "scenario": vocabulary.scenarios_of(row["应用场景"]).codes,
            },
        )
        for number, row in enumerate(csv.DictReader(text.splitlines()))
    ]


@pytest.mark.model
def test_both_together_beat_each_alone_on_the_judged_needs(
    tmp_path: Path, model_folder: Path, vector_cache: Path
) -> None:
    vocabulary = load_vocabulary()
    searcher = open_searcher(
        f"embedded://{tmp_path}/index",
        model=str(model_folder),
        cache=vector_cache,
        vocabulary=vocabulary,
    )
    searcher.rebuild(sample_documents(vocabulary))
    report = evaluate_judgements(JUDGEMENTS, searcher)
    means = {leg: metrics["ndcg@10"].mean for leg, metrics in report.legs.items()}
    assert report.queries >= 40
    assert means["hybrid"] > max(means["words"], means["meaning"]), report.as_text()
    assert means["hybrid"] > FLOOR, report.as_text()
