"""How finding is worded and written into addresses, without a browser or a server."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from app.catalogue import index
from app.catalogue.labels import code_label, facet_label, named, region_label
from app.core.i18n import use_locale
from app.core.settings import Settings, get_settings
from app.discovery.browsing import OFFERED, Browsing, Sort, read
from app.discovery.rows import LONGEST, excerpt
from app.discovery.wording import filter_label, reason
from app.main import create_app, warm
from search.answers import Reason, State
from search.engine import Kind

CODES = {"scenario": "low-code", "industry": "C29", "city": "440300", "deployment": "edge"}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with use_locale("en"):
        yield


def worded(kind: str, state: State, said: str = "", field: str = "", found: str = "") -> str:
    return reason(Reason(kind, state, said, field, found))[1]


def test_every_reason_is_a_sentence_in_the_readers_language() -> None:
    assert worded("exact", "met", found="黑湖") == "Exactly this name or number: 黑湖"
    assert worded("words", "met", "注塑机", "summary") == "“注塑机”: said in the summary"
    assert worded("words", "met", "x", "colour") == "“x”: said in the colour"
    assert worded("meaning", "met", field="name") == "Close in meaning (name)"
    assert worded("region", "met", "莞", found="东莞市") == "City “莞”: Dongguan"
    assert worded("industry", "met", "注塑", found="橡胶塑料") == (
        "Industry “注塑”: Rubber and plastics"
    )
    assert worded("region", "met", "莞", found="东莞") == "City “莞”: Dongguan"
    assert worded("region", "unknown", "莞") == "City “莞”: not stated, worth asking"


def test_what_a_listing_states_instead_is_named_in_the_readers_language() -> None:
    said = worded("scenario", "unmet", "MES", found="设备联网、能耗管理")
    assert said == "Scenario “MES”: states Equipment connectivity, Energy management instead"


def test_a_budget_is_worded_with_the_price_it_meets() -> None:
    assert worded("budget", "met", "十万", found="80,000 元") == "Budget 十万: from CNY 80,000"
    assert (
        worded("budget", "unmet", "一万", found="80,000 元") == "Budget 一万: costs from CNY 80,000"
    )
    assert worded("budget", "met", "十万", found="about that") == "Budget 十万: from about that"
    assert "no price published" in worded("budget", "unknown", "十万")


def test_codes_are_called_by_their_names_and_unknown_ones_by_themselves() -> None:
    assert code_label("city", "440300") == "Shenzhen"
    assert code_label("mode", "online") == "Online"
    assert code_label("mode", "by-post") == "by-post"
    assert code_label("scenario", "alchemy") == "alchemy"
    assert code_label("colour", "red") == "red"
    assert facet_label("colour") == "colour"
    assert named("scenario", "炼金") == "炼金"
    assert named("colour", "红") == "红"
    assert filter_label("max_price", "80000") == "up to CNY 80,000"
    with use_locale("zh-Hans"):
        assert code_label("city", "440300") == "深圳"


def test_a_county_is_named_after_its_city() -> None:
    assert region_label("440605") == "Foshan Nanhai"
    assert region_label("440600") == "Foshan"


def test_a_long_text_is_cut_around_its_first_match() -> None:
    segments = [("前" * 300, False), ("注塑机", True), ("后" * 300, False)]
    cut = excerpt(segments)
    text = "".join(said for said, _is_match in cut)
    assert ("注塑机", True) in cut
    assert text.startswith("…前")
    assert text.endswith("后…")
    assert len(text) == LONGEST + 2


def test_a_long_text_without_a_match_is_cut_at_its_end() -> None:
    cut = excerpt([("文" * 300, False)])
    assert "".join(said for said, _is_match in cut) == "文" * LONGEST + "…"


def test_a_match_at_the_end_keeps_the_end() -> None:
    cut = excerpt([("前" * 300, False), ("注塑机", True)])
    assert cut[-1] == ("注塑机", True)


def test_a_short_text_is_left_alone() -> None:
    assert excerpt([("注塑", True), ("机", False)]) == [("注塑", True), ("机", False)]


def test_the_same_state_has_one_address() -> None:
    one = read(QueryParams("q=a&city=440300&scenario=low-code"))[0]
    other = read(QueryParams("scenario=low-code&q=a&city=440300&page=1&sort=relevance"))[0]
    assert one.url == other.url == "/search?q=a&city=440300&scenario=low-code"


def states() -> st.SearchStrategy[Browsing]:
    filters = st.lists(st.sampled_from(sorted(CODES)), unique=True)
    return st.builds(
        Browsing,
        text=st.text(st.characters(exclude_categories=("C", "Z")), max_size=20),
        filters=filters.map(lambda facets: {facet: (CODES[facet],) for facet in facets}),
        max_price=st.none() | st.integers(1, 10**9),
        ignored=st.lists(st.just("city:440300"), max_size=1).map(tuple),
        plain=st.booleans(),
        sort=st.sampled_from(Sort),
        page=st.integers(1, 99),
    )


@given(states())
def test_every_state_survives_its_own_address(state: Browsing) -> None:
    path, _mark, query = state.url.partition("?")
    again, problems = read(QueryParams(query))
    assert (path, again, problems) == ("/search", state, [])


@given(states(), st.sampled_from(Kind))
def test_another_kind_keeps_only_the_filters_it_offers(state: Browsing, kind: Kind) -> None:
    other = state.of_kind(kind)
    assert set(other.filters) <= set(OFFERED[kind])
    assert other.text == state.text
    assert other.page == 1


def test_a_filter_taken_away_leaves_the_others() -> None:
    state = Browsing().only("city", "440300").only("city", "441900").only("max_price", "5")
    assert state.without("city", "440300").active == [("city", "441900"), ("max_price", "5")]
    assert state.without("city").active == [("max_price", "5")]
    assert state.without("max_price").unfiltered().active == []


def test_a_chip_that_does_not_exist_cannot_be_set_aside() -> None:
    asked = read(QueryParams("ignore=city:440300&ignore=x:y&ignore=max_price:5&ignore=max_price:a"))
    assert asked[0].ignored == ("city:440300", "max_price:5")


def test_the_site_runs_its_outbox_and_warms_its_search(own_database: Settings) -> None:
    index.get_searcher.cache_clear()
    with TestClient(create_app()) as client:
        assert client.get("/search").status_code == 200
    index.get_searcher().close()
    index.get_searcher.cache_clear()


def test_a_search_that_cannot_be_opened_does_not_stop_the_site(
    own_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_SEARCH_URL", "telepathy://")
    get_settings.cache_clear()
    index.get_searcher.cache_clear()
    warm()
    with pytest.raises(ValueError, match="telepathy"):
        index.get_searcher()
