"""Pages about the site: what they claim agrees with what the site does."""

from dataclasses import fields

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import about
from app.core.i18n import use_locale
from app.curation import batches
from app.matching.weighing import WEIGHTS as OF_MATCHING
from search.engine import Kind
from search.fusion import WEIGHTS
from tests.factories import OPERATOR, a_batch, a_proposal


def test_ranking_is_explained_with_the_weights_in_use(client: TestClient) -> None:
    page = client.get("/how-ranking-works").text
    for weight in fields(WEIGHTS):
        assert f'<td class="number">{getattr(WEIGHTS, weight.name)}</td>' in page


def test_matching_is_explained_with_the_numbers_in_use(client: TestClient) -> None:
    page = client.get("/how-ranking-works").text
    rules = page[page.index('id="matching"') :]
    for weight in fields(OF_MATCHING):
        assert f'<td class="number">{getattr(OF_MATCHING, weight.name)}</td>' in rules


def test_no_weight_goes_unexplained() -> None:
    assert {weight.name for weight in fields(WEIGHTS)} == set(about.EXPLAINED)
    with use_locale("en"):
        assert all(name and meaning for name, _weight, meaning in about.matching_weights())
        assert all(name and meaning for name, _weight, meaning in about.weights())


def test_sources_are_the_lists_that_were_accepted(client: TestClient, db: Session) -> None:
    batch = a_batch(db, a_proposal(Kind.VENDOR), source="供应商名录.xlsx", accept=True)
    batch.counts = {"unchanged": 12_344, "new": 1}
    a_batch(db, a_proposal(Kind.VENDOR, name="别家公司"), source="未接收.csv")
    undone = a_batch(db, a_proposal(Kind.VENDOR, name="第三家"), source="撤回.csv", accept=True)
    batches.take_back(db, undone, by=OPERATOR)
    page = client.get("/sources").text
    assert "供应商名录.xlsx" in page
    assert "12,345" in page
    assert "未接收.csv" not in page
    assert "撤回.csv" not in page


def test_an_empty_pool_says_that_nothing_was_accepted(client: TestClient, db: Session) -> None:
    assert "No list has been accepted yet." in client.get("/sources").text


@pytest.mark.parametrize(
    "address", ["/how-ranking-works", "/sources", "/accessibility", "/api/v1/docs"]
)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_each_page_answers_in_both_languages(
    client: TestClient, address: str, language: str
) -> None:
    answer = client.get(address, headers={"Cookie": f"lang={language}"})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
