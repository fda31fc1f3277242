"""Both engines on the same listings and judged needs: one ranking, the same names and counts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.elastic import connection
from search.evaluation import evaluate_judgements
from search.searcher import Query, Results, Searcher, open_searcher
from search.vocabulary import Vocabulary
from tests.conftest import an_elastic_url
from tests.search.test_evaluation import JUDGEMENTS, sample_documents

pytestmark = [pytest.mark.model, pytest.mark.elasticsearch]
CLOSE = 0.02
Both = tuple[Searcher, Searcher]


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
    model_folder: Path,
    vector_cache: Path,
    vocabulary: Vocabulary,
) -> Iterator[Both]:
    """The sample solutions in each engine, with the real model."""
    folder = tmp_path_factory.mktemp("parity")
    with pytest.MonkeyPatch.context() as patch, an_elastic_url() as elastic:
        patch.setattr(connection, "READ_SECONDS", 30.0)  # a busy machine may take its time
        embedded, other = (
            open_searcher(url, model=str(model_folder), cache=vector_cache, vocabulary=vocabulary)
            for url in (f"embedded://{folder}/index", elastic)
        )
        for searcher in (embedded, other):
            searcher.rebuild(sample_documents(vocabulary))
        yield embedded, other
        embedded.close()
        other.close()


def needs() -> list[str]:
    lines = JUDGEMENTS.read_text("utf-8").splitlines()
    return [json.loads(line)["query"] for line in lines]


def test_judged_needs_are_ranked_alike(both: Both) -> None:
    one, other = (evaluate_judgements(JUDGEMENTS, searcher) for searcher in both)
    assert one.queries == other.queries >= 40
    assert one.legs.keys() == other.legs.keys() == {"words", "meaning", "hybrid"}
    for leg, metrics in one.legs.items():
        means = (metrics["ndcg@10"].mean, other.legs[leg]["ndcg@10"].mean)
        assert means[0] == pytest.approx(means[1], abs=CLOSE), leg


def test_every_name_leads_to_the_same_listings(both: Both, vocabulary: Vocabulary) -> None:
    one, other = (Searcher(searcher.engine, None, vocabulary) for searcher in both)
    for document in sample_documents(vocabulary):
        named = [
            [found.candidate.id for found in searcher.rank(Query(document.name)) if found.is_exact]
            for searcher in (one, other)
        ]
        assert document.id in named[0], document.name
        assert named[0] == named[1], document.name


def counted(searcher: Searcher, need: str, **filters: tuple[str, ...]) -> Results:
    return searcher.search(Query(need, filters=filters, limit=0))


def test_totals_and_counts_are_the_same_whatever_is_chosen(both: Both) -> None:
    for need in needs():
        facets = counted(both[0], need).facets
        offered = [tuple(facets[name])[:2] for name in ("industry", "scenario")]
        firsts = [codes[:1] for codes in offered]
        for industry, scenario in [((), ()), offered, firsts]:
            one, other = (counted(s, need, industry=industry, scenario=scenario) for s in both)
            assert one.total == other.total, (need, industry, scenario)
            assert one.facets == other.facets, (need, industry, scenario)
