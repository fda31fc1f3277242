import json
import random
from pathlib import Path

import pytest

from ingest.evaluation import (
    Judged,
    Pair,
    evaluate_resolution,
    fit_thresholds,
    judge,
    read_pairs,
    report,
    sweep,
)
from ingest.resolve import REVIEW, SAME

PAIRS = Path(__file__).parent / "pairs.csv"


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge(read_pairs(PAIRS))


def test_merges_without_a_person_are_nearly_always_right_and_few_duplicates_slip_through():
    found = evaluate_resolution(PAIRS)
    assert found.pairs >= 300
    assert found.precision >= 0.99
    assert found.recall >= 0.75
    assert found.recall_with_review >= 0.95
    assert found.review_share <= 0.25


@pytest.mark.parametrize("seed", range(3))
def test_thresholds_fitted_on_one_half_hold_on_the_other(judged, seed):
    shuffled = random.Random(seed).sample(judged, len(judged))  # noqa: S311  not for secrets
    halves = shuffled[::2], shuffled[1::2]
    for fitted_on, checked_on in (halves, halves[::-1]):
        found = report(checked_on, fit_thresholds(fitted_on))
        assert found.precision >= 0.96
        assert found.recall_with_review >= 0.9


def test_the_constants_are_no_bolder_than_the_labelled_pairs_allow(judged):
    same, review = fit_thresholds(judged)
    assert same <= SAME
    assert review >= REVIEW


def test_deciding_does_not_depend_on_which_name_was_known_first(judged):
    turned = judge(
        Pair(p.right, p.left, p.same, p.right_code, p.left_code) for p in (j.pair for j in judged)
    )
    changed = [
        (one.pair.left, one.pair.right)
        for one, other in zip(judged, turned, strict=True)
        if (one.score >= SAME) != (other.score >= SAME)
    ]
    assert changed == []


def test_a_report_counts_every_pair_once():
    scores = [(True, 0.95), (False, 0.95), (True, 0.8), (False, 0.8), (True, 0.1), (False, 0.1)]
    found = report([Judged(Pair("a", "b", same), score, ()) for same, score in scores], (0.9, 0.5))
    assert (found.precision, found.recall) == (0.5, pytest.approx(1 / 3))
    assert found.f1 == pytest.approx(0.4)
    assert found.recall_with_review == pytest.approx(2 / 3)
    assert found.review_share == pytest.approx(1 / 3)
    assert [error for error, _ in found.examples] == ["wrongly merged", "missed"]
    assert "precision 0.500 (1 of 2 merges right)" in found.as_text()
    assert json.loads(json.dumps(found.as_dict()))["confusions"][0]["error"] == "wrongly merged"


def test_a_report_on_nothing_has_no_figures_to_divide_by():
    found = report([], (0.9, 0.5))
    assert (found.precision, found.recall, found.f1) == (0.0, 0.0, 0.0)


def test_a_sweep_shows_what_each_threshold_would_merge(judged):
    lines = sweep(judged).splitlines()
    assert lines[0].split() == ["from", "precision", "recall", "F1", "pairs"]
    assert lines[-1].startswith("1.00")


def test_thresholds_without_any_safe_merge_merge_only_certain_pairs():
    same, review = fit_thresholds([Judged(Pair("a", "b", same=False), 0.99, ())])
    assert same > 0.9
    assert review <= same


def test_a_file_without_labels_is_refused(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("left,right\na,b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="needs the columns"):
        read_pairs(path)
    path.write_text("left,right,same,left_code,right_code,why\na,b,2,,,x\n", encoding="utf-8")
    with pytest.raises(ValueError, match="neither 0 nor 1"):
        read_pairs(path)
