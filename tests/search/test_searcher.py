"""What the application asks of search and gets."""

import threading
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from search.embedded.engine import EmbeddedEngine
from search.embeddings import Vectors
from search.engine import Kind
from search.searcher import Query, Reason, Searcher, Suggestion, open_searcher, reason_text
from tests.search.listings import (
    POOL,
    BagOfCharacters,
    BrokenModel,
    a_document,
    a_searcher,
    vocabulary,
)


@pytest.fixture
def words_only(tmp_path: Path) -> Iterator[Searcher]:
    searcher = a_searcher(tmp_path / "index", *POOL)
    yield searcher
    searcher.close()


@pytest.fixture
def searcher(tmp_path: Path) -> Iterator[Searcher]:
    searcher = a_searcher(tmp_path / "index", *POOL, model=BagOfCharacters())
    yield searcher
    searcher.close()


def ids(searcher: Searcher, text: str = "", **changes: object) -> list[str]:
    return [hit.id for hit in searcher.search(Query(text, **changes)).hits]  # type: ignore[arg-type]


def reasons(searcher: Searcher, text: str, id_: str) -> dict[str, Reason]:
    hits = {hit.id: hit for hit in searcher.search(Query(text)).hits}
    return {reason.kind: reason for reason in hits[id_].reasons}


def test_a_search_by_words_needs_no_model_and_says_so(words_only: Searcher) -> None:
    results = words_only.search(Query("能耗"))
    assert [hit.id for hit in results.hits] == ["energy"]
    assert not results.by_meaning
    assert not words_only.by_meaning


def test_a_search_with_a_model_says_so(searcher: Searcher) -> None:
    results = searcher.search(Query("找出用电浪费"))
    assert results.by_meaning
    assert results.hits[0].id == "energy"


class SlowToLoad(BagOfCharacters):
    """A model whose first use takes as long as the test likes."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.loaded = threading.Event(), threading.Event()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.set()
        assert self.loaded.wait(timeout=30)
        return super().encode_queries(texts)


def test_while_the_model_is_loaded_questions_are_answered_by_words_at_once(tmp_path: Path) -> None:
    model = SlowToLoad()
    model.loaded.set()
    searcher = a_searcher(tmp_path / "index", *POOL, model=model)
    model.loaded.clear()
    model.asked.clear()
    warming = threading.Thread(target=searcher.warm)
    warming.start()
    assert model.asked.wait(timeout=30)
    early = searcher.search(Query("能耗"))
    assert (early.is_warming, early.by_meaning) == (True, False)
    assert early.hits[0].id == "energy"
    model.loaded.set()
    warming.join(timeout=30)
    late = searcher.search(Query("能耗"))
    assert (late.is_warming, late.by_meaning) == (False, True)
    searcher.close()


def test_an_exact_name_comes_first_even_inside_a_question(searcher: Searcher) -> None:
    assert ids(searcher, "云仓wms")[0] == "wms"
    hit = searcher.search(Query("能耗和停机问题，云仓 WMS 怎么样")).hits[0]
    assert hit.id == "wms"
    assert hit.reasons[0] == Reason(
        "exact", "met", "能耗和停机问题，云仓 WMS 怎么样", "name", "云仓 WMS"
    )


def test_further_names_and_identifiers_count_as_names(searcher: Searcher) -> None:
    for asked in ("91440300MA5FTEST1X", "９１４４０３００ma5ftest1x", "支道"):
        hit = searcher.search(Query(asked, kinds=(Kind.VENDOR,))).hits[0]
        assert (hit.id, hit.reasons[0].kind, hit.reasons[0].field) == ("vendor", "exact", "names")


@pytest.mark.parametrize("asked", ["zhidao ruanjian", "知道软件", "ZHIDAORUANJIAN"])
def test_a_whole_name_is_found_by_its_sound(words_only: Searcher, asked: str) -> None:
    hit = words_only.search(Query(asked, kinds=(Kind.VENDOR,))).hits[0]
    assert (hit.id, hit.reasons[0].kind, hit.reasons[0].found) == ("vendor", "exact", "支道软件")


def test_a_part_of_a_name_in_the_pool_is_no_mistake_of_sound(tmp_path: Path) -> None:
    searcher = a_searcher(tmp_path / "index", *POOL)
    assert searcher.search(Query("东莞信易")).understanding.corrected == "东莞信宜"
    searcher.apply([a_document("dryer", "东莞信易电热机械有限公司", kind=Kind.VENDOR)])
    results = searcher.search(Query("东莞信易", kinds=(Kind.VENDOR,)))
    assert results.understanding.corrected is None
    assert results.hits[0].id == "dryer"
    searcher.close()


def test_what_a_named_vendor_offers_comes_first(searcher: Searcher) -> None:
    first = searcher.search(Query("节能科技的注塑生产执行 MES")).hits[0]
    assert first.id == "energy"
    assert (first.reasons[0].kind, first.reasons[0].field) == ("exact", "vendor")
    offers = searcher.search(Query("支道")).hits[:2]
    assert {hit.id for hit in offers} == {"mes", "wms"}


@pytest.mark.parametrize(
    "asked",
    ["节能科技的变频器怎么看能耗", "和节能科技系统对接的能耗管理", "我们用的是节能科技，想看能耗"],
)
def test_a_vendor_whose_things_are_only_there_already_is_not_pinned(
    searcher: Searcher, asked: str
) -> None:
    hits = {hit.id: hit for hit in searcher.search(Query(asked)).hits}
    assert "exact" not in {reason.kind for reason in hits["energy"].reasons}
    assert ids(searcher, "节能科技", kinds=(Kind.SOLUTION,))[0] == "energy"


@pytest.mark.parametrize("asked", ["能耗\udcff\udcfe管理", "能耗\x00\x1b\x07管理"])
def test_characters_that_nobody_can_read_are_spaces(searcher: Searcher, asked: str) -> None:
    results = searcher.search(Query(asked))
    assert results.hits[0].id == "energy"
    assert results.understanding.text.encode().decode().isprintable()


def test_of_a_text_without_end_the_beginning_is_read(searcher: Searcher) -> None:
    results = searcher.search(Query("能耗管理 " + "无" * 100_000))
    assert results.hits[0].id == "energy"
    assert len(results.understanding.text) == 2000


def test_legal_form_and_brackets_are_no_part_of_a_name(tmp_path: Path) -> None:
    named = a_document("a", "敢为(广州)软件股份有限公司", kind=Kind.VENDOR)
    searcher = a_searcher(tmp_path, named, a_document("b", "敢为软件代理", kind=Kind.VENDOR))
    hit = searcher.search(Query("敢为软件", kinds=(Kind.VENDOR,))).hits[0]
    assert (hit.id, hit.reasons[0].kind) == ("a", "exact")


def test_a_name_is_no_part_of_a_longer_latin_word(tmp_path: Path) -> None:
    searcher = a_searcher(tmp_path, a_document("a", "Meso"), a_document("b", "设备管理 mesogrid"))
    assert searcher.search(Query("mesogrid")).hits[0].id == "b"
    assert "exact" not in reasons(searcher, "mesogrid 设备", "b")


def test_a_common_word_of_the_domain_is_pinned_only_when_asked_alone(tmp_path: Path) -> None:
    others = [a_document(f"o{i}", "订单协同") for i in range(9)]
    searcher = a_searcher(tmp_path, a_document("a", "能耗管理"), *others)
    assert "exact" in reasons(searcher, "能耗管理", "a")
    assert "exact" not in reasons(searcher, "陶瓷厂能耗管理平台", "a")


def test_what_the_words_name_is_understood_and_explained_honestly(searcher: Searcher) -> None:
    found = reasons(searcher, "东莞 注塑 MES 10万以内", "mes")
    assert found["region"].state == "met"
    assert found["industry"].state == "met"
    assert found["budget"] == Reason("budget", "met", found["budget"].said, "price", "80,000 元")
    found = reasons(searcher, "东莞 公有云 能耗 10万以内", "energy")
    assert found["region"].state == "unmet"
    assert found["region"].found.startswith("佛山")
    assert found["budget"].state == "unmet"
    assert found["deployment"].state == "unknown"
    assert reasons(searcher, "仓储管理 10万以内", "wms")["budget"].state == "unknown"


def test_what_is_understood_is_a_preference_and_no_condition(searcher: Searcher) -> None:
    assert set(ids(searcher, "佛山 管理")) >= {"wms", "energy"}


def test_chips_that_were_taken_away_count_no_more(searcher: Searcher) -> None:
    results = searcher.search(Query("东莞 MES", ignored=frozenset({"city:441900"})))
    assert "city" not in {chip.facet for chip in results.understanding.chips}
    plain = searcher.search(Query("东莞 MES", understand=False))
    assert plain.understanding.chips == ()
    assert plain.understanding.core == "东莞 MES"


def test_matched_words_are_marked_in_their_fields(searcher: Searcher) -> None:
    hit = searcher.search(Query("停机")).hits[0]
    assert ("停机", True) in hit.highlights["summary"]
    assert "".join(text for text, _ in hit.highlights["summary"]) == POOL[0].texts["summary"]
    words = {reason.field: reason.said for reason in hit.reasons if reason.kind == "words"}
    assert words["summary"] == "停机"


def test_a_synonym_finds_what_the_word_itself_does_not(words_only: Searcher) -> None:
    assert "mes" in ids(words_only, "啤机")


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("how to cut electricity cost", "energy"),
        ("inventory with barcodes", "wms"),
        ("production scheduling for injection molding", "mes"),
    ],
)
def test_a_question_in_english_finds_listings_in_chinese_without_a_model(
    words_only: Searcher, asked: str, first: str
) -> None:
    assert ids(words_only, asked)[0] == first


def test_a_complaint_favours_the_scenario_that_answers_it(tmp_path: Path) -> None:
    pool = [a_document(f"f{i}", f"方案{i}", texts={"summary": "企业软件"}) for i in range(9)]
    stock = a_document("stock", "条码助手", facets={"scenario": ("warehouse-management",)})
    searcher = a_searcher(tmp_path, stock, *pool, model=BagOfCharacters())
    phrase = vocabulary().scenarios["warehouse-management"].phrases[0].text
    hit = searcher.search(Query(phrase)).hits[0]
    assert hit.id == "stock"
    assert "scenario" in {reason.kind for reason in hit.reasons}


def test_browsing_shows_everything_newest_first_or_by_name(searcher: Searcher) -> None:
    assert ids(searcher) == ["energy", "mes", "wms"]
    assert ids(searcher, order="name") == ["energy", "wms", "mes"]
    assert ids(searcher, limit=1, offset=1) == ["mes"]


def test_found_listings_can_be_put_in_another_order(words_only: Searcher) -> None:
    assert ids(words_only, "支道", order="newest") == ["mes", "wms"]
    assert ids(words_only, "支道", order="name") == ["wms", "mes"]


def test_counting_only_costs_no_hits(searcher: Searcher) -> None:
    results = searcher.search(Query(limit=0, kinds=tuple(Kind)))
    assert results.hits == ()
    assert results.total == 4
    assert results.facets["city"] == {"441900": 2, "440600": 1}


def test_pages_neither_repeat_nor_skip_however_deep(tmp_path: Path) -> None:
    numbers = count()
    words = ("能耗 监测", "能耗", "能耗 排放 报表", "监测 能耗 能耗")
    documents = [
        a_document(f"d{i}", f"平台{i}", texts={"summary": words[i % 4] + " 电" * (i % 7)})
        for i in range(330)
    ]
    searcher = a_searcher(tmp_path, *documents, model=BagOfCharacters())
    total = searcher.search(Query("能耗", limit=0)).total
    seen: list[str] = []
    while page := ids(searcher, "能耗", offset=20 * next(numbers)):
        seen += page
    assert total == 330
    assert sorted(seen) == sorted(document.id for document in documents)
    assert ids(searcher, "能耗", limit=330) == seen


def test_every_hit_says_why_on_every_page(tmp_path: Path) -> None:
    worded = [a_document(f"w{i}", texts={"summary": "监测" * i}) for i in range(1, 200)]
    near = [a_document(f"n{i}", texts={"summary": "测试、监控、能源、耗材" * i}) for i in range(60)]
    searcher = a_searcher(tmp_path, *worded, *near, model=BagOfCharacters())
    hits = searcher.search(Query("能耗监测", limit=260)).hits
    assert len(hits) > 100
    assert all(hit.reasons for hit in hits)


def test_filters_apply_to_a_search_and_counts_tell_what_a_click_gives(searcher: Searcher) -> None:
    results = searcher.search(Query("管理", filters={"scenario": ("energy-management",)}))
    assert [hit.id for hit in results.hits] == ["energy"]
    for code, total in results.facets["scenario"].items():
        assert searcher.search(Query("管理", filters={"scenario": (code,)})).total == total


def test_when_nothing_is_left_the_filter_to_drop_is_named(words_only: Searcher) -> None:
    filters = {"city": ("440600",), "scenario": ("manufacturing-execution", "work-reporting")}
    results = words_only.search(Query("MES 能耗", filters=filters))
    assert results.total == 0
    ways = [(way.facet, way.code, way.total) for way in results.relaxations]
    assert sorted(ways) == [("city", "440600", 1), ("scenario", None, 1)]
    dear = words_only.search(Query("能耗", filters={"city": ("440600",)}, max_price=100))
    assert [(way.facet, way.total) for way in dear.relaxations] == [("max_price", 1)]


def test_similar_listings_leave_out_the_listing_itself(
    searcher: Searcher, words_only: Searcher
) -> None:
    for one in (searcher, words_only):
        similar = one.similar("mes", kinds=(Kind.SOLUTION, Kind.VENDOR), limit=3)
        found = {hit.id for hit in similar}
        assert "vendor" in found
        assert "mes" not in found
    assert searcher.similar("nobody") == ()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("注塑", "mes"),
        ("云c", "wms"),
        ("yuncang", "wms"),
        ("nenghao", "energy"),
        ("gcnh", "energy"),
        ("主塑", "mes"),
        ("工厂能号", "energy"),
        ("9144", "vendor"),
        ("支", "vendor"),
    ],
)
def test_suggestions_come_by_text_sound_initials_and_near_misses(
    words_only: Searcher, typed: str, first: str
) -> None:
    found = words_only.suggest(typed)
    assert found
    assert found[0].id == first


def test_suggestions_are_named_and_limited(words_only: Searcher) -> None:
    assert words_only.suggest("支道") == (Suggestion(Kind.VENDOR, "vendor", "支道软件"),)
    assert words_only.suggest("支道", limit=0) == ()
    assert words_only.suggest("  ") == ()
    assert words_only.suggest("xyzzy") == ()


def test_a_model_that_does_not_load_leaves_a_search_by_words(tmp_path: Path) -> None:
    searcher = a_searcher(tmp_path, *POOL, model=BrokenModel())
    assert ids(searcher, "能耗") == ["energy"]
    assert not searcher.by_meaning
    assert "no weights" in searcher.reason
    again = Searcher(searcher.engine, BrokenModel(), vocabulary())
    assert [hit.id for hit in again.search(Query("能耗")).hits] == ["energy"]


def test_an_index_of_documents_that_held_less_is_noticed_and_made_anew(tmp_path: Path) -> None:
    made = a_searcher(tmp_path, *POOL)
    assert not made.is_stale
    (layout,) = tmp_path.rglob("LAYOUT")
    layout.unlink()  # as folders were before they said so
    searcher = Searcher(EmbeddedEngine(layout.parent.parent), made.embedder, vocabulary())
    assert "its layout is 0" in searcher.engine.misfit()
    assert searcher.is_stale
    assert ids(searcher, "能耗") == ["energy"]  # it answers meanwhile
    searcher.rebuild(POOL)
    assert not searcher.is_stale


def test_an_index_made_without_the_model_is_not_complete(tmp_path: Path) -> None:
    bare = a_searcher(tmp_path, *POOL)
    searcher = Searcher(bare.engine, BagOfCharacters(), vocabulary())
    assert searcher.is_stale
    assert not searcher.search(Query("能耗")).by_meaning
    searcher.rebuild(POOL)
    assert not searcher.is_stale
    assert dict(searcher.versions()) == {document.id: 1 for document in POOL}
    assert searcher.search(Query("能耗")).by_meaning


def test_a_searcher_is_opened_by_address(tmp_path: Path) -> None:
    places = {"model": str(tmp_path / "none"), "cache": tmp_path, "vocabulary": vocabulary()}
    searcher = open_searcher(f"embedded://{tmp_path}/index", **places)  # type: ignore[arg-type]
    assert "no embedding model" in searcher.reason
    searcher.apply(POOL, {"wms": 9})
    assert ids(searcher, "支道") == ["mes"]
    with pytest.raises(ValueError, match="nowhere"):
        open_searcher("nowhere://x", **places)  # type: ignore[arg-type]


@pytest.mark.model
def test_the_real_model_finds_what_shares_no_word(
    tmp_path: Path, model_folder: Path, vector_cache: Path
) -> None:
    searcher = open_searcher(
        f"embedded://{tmp_path}/index",
        model=str(model_folder),
        cache=vector_cache,
        vocabulary=vocabulary(),
    )
    searcher.rebuild(POOL)
    results = searcher.search(Query("electricity bills are too high"))
    assert results.by_meaning
    assert results.hits[0].id == "energy"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason("exact", "met", "x", "name", "云仓"), "名称一致：云仓"),
        (Reason("exact", "met", "x", "vendor", "支道"), "供应商一致：支道"),
        (Reason("words", "met", "停机", "summary"), "简介里有“停机”"),
        (Reason("meaning", "met", "省电", "summary"), "意思接近“省电”"),
        (Reason("region", "unmet", "东莞", "city", "佛山"), "地区与“东莞”不同（佛山）"),
        (Reason("budget", "unknown", "20万", "price"), "预算未说明（需要“20万”）"),
        (Reason("industry", "met", "注塑", "industry", "橡胶塑料"), "行业符合“注塑”（橡胶塑料）"),
    ],
)
def test_reasons_are_told_in_one_sentence(reason: Reason, text: str) -> None:
    assert reason_text(reason) == text
