"""What every engine must do, checked against a plain loop over the same entries."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from search.embedded import EmbeddedEngine
from search.engine import CandidateRequest, Document, Engine, EngineBusy, Entry, Kind, Order, Vector

SPACE = "letters"
FACETS = ("industry", "city", "kind")


@pytest.fixture
def engine(any_engine: Callable[[], Engine]) -> Engine:
    return any_engine()


def unit(*values: float) -> Vector:
    vector = np.zeros(8, np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def an_entry(id_: str, words: str = "", *, vector: Vector | None = None, **changes: Any) -> Entry:
    """A solution named after its id; `changes` go to the document or to the entry."""
    own = {
        key: changes.pop(key)
        for key in ("hints", "exact", "prefixes", "alphabetical")
        if key in changes
    }
    values: dict[str, Any] = {"kind": Kind.SOLUTION, "version": 1, "name": id_.upper()}
    document = Document(id=id_, **(values | changes))
    space = SPACE if vector is not None else ""
    return Entry(document, tuple(words.split()), vector=vector, space=space, **own)


def asking(words: str = "", **changes: Any) -> CandidateRequest:
    tokens = tuple(words.split())
    values: dict[str, Any] = {"kinds": tuple(Kind), "required": tokens}
    values["tokens"] = dict.fromkeys(tokens, 1.0)
    if "vector" in changes:
        values["space"] = SPACE
    return CandidateRequest(**(values | changes))


def found(engine: Engine, request: CandidateRequest) -> set[str]:
    return {candidate.id for candidate in engine.candidates(request).found}


def everything(engine: Engine, request: CandidateRequest, *, step: int = 7) -> list[str]:
    """All matches as a reader would leaf through them: the head, then page after page."""
    ids = [candidate.id for candidate in engine.candidates(request).found]
    offset = 0
    while page := engine.page(request, Order.RELEVANCE, offset, step):
        ids += page
        offset += step
    return ids


def test_what_was_written_is_found_at_once_and_comes_back_unchanged(engine: Engine) -> None:
    entry = an_entry(
        "mes",
        "生产 执行",
        names=("MES",),
        texts={"summary": "车间\n执行"},
        date="2024-03",
        facets={"industry": ("C39", "C38")},
        price_from=100_00,
    )
    assert engine.apply([entry]).applied == 1
    (candidate,) = engine.candidates(asking("执行")).found
    assert (candidate.id, candidate.meaning, candidate.price_from) == ("mes", None, 100_00)
    assert candidate.words > 0
    assert {facet: set(codes) for facet, codes in candidate.facets.items()} == {
        "industry": {"C39", "C38"}
    }
    assert engine.documents(["other", "mes"]) == [entry.document]


def test_a_new_version_replaces_and_an_older_one_is_refused(engine: Engine) -> None:
    engine.apply([an_entry("a", "old", version=3)])
    assert engine.apply([an_entry("a", "older", version=2)]).outdated == ("a",)
    assert (
        engine.apply([an_entry("a", "new", version=4), an_entry("a", "x", version=1)]).applied == 1
    )
    assert engine.versions() == {"a": 4}
    assert found(engine, asking("new")) == {"a"}
    assert found(engine, asking("old older x")) == set()


def test_writing_the_same_twice_changes_nothing(engine: Engine) -> None:
    entries = [an_entry("a", "one"), an_entry("b", "one")]
    engine.apply(entries)
    before = engine.candidates(asking("one", facets=FACETS))
    engine.apply(entries)
    after = engine.candidates(asking("one", facets=FACETS))
    assert [c.id for c in before.found] == [c.id for c in after.found]
    assert (before.total, before.facets) == (after.total, after.facets)


def test_a_deleted_document_is_gone_from_words_meaning_names_and_counts(engine: Engine) -> None:
    kept = an_entry("a", "one", vector=unit(1), exact=("name",), prefixes=("t:na",))
    engine.apply([kept, an_entry("b", "one", vector=unit(1), exact=("name",), prefixes=("t:na",))])
    engine.apply([an_entry("c", "one")], {"b": 1, "c": 1, "unknown": 1})
    answer = engine.candidates(asking("one", vector=unit(1), exact=("name",), facets=("kind",)))
    assert [candidate.id for candidate in answer.found] == ["a"]
    assert answer.exact == ["a"]
    assert answer.facets == {"kind": {"solution": 1}}
    assert [d.id for d in engine.starting_with(["t:n"], tuple(Kind), 5)] == ["a"]
    assert engine.versions() == {"a": 1}
    assert engine.documents(["b"]) == []
    assert engine.vector("b", SPACE) is None


def test_what_is_older_than_a_deletion_does_not_come_back(engine: Engine) -> None:
    engine.apply([an_entry("a", "one", version=2), an_entry("b", "one", version=9)])
    result = engine.apply([], {"a": 3, "b": 8})
    assert (result.outdated, engine.versions()) == (("b",), {"b": 9})
    assert engine.apply([an_entry("a", "one", version=2)]).outdated == ("a",)
    assert engine.versions() == {"b": 9}
    assert engine.apply([an_entry("a", "one", version=4)]).applied == 1
    assert engine.versions() == {"a": 4, "b": 9}


def test_a_request_without_a_question_matches_everything_of_its_kinds(engine: Engine) -> None:
    engine.apply([an_entry("a"), an_entry("v", kind=Kind.VENDOR)])
    answer = engine.candidates(asking(kinds=(Kind.SOLUTION,), facets=("kind",)))
    assert answer.total == 1
    assert answer.facets["kind"] == {"solution": 1, "vendor": 1}


def test_or_inside_a_facet_and_across_facets(engine: Engine) -> None:
    engine.apply(
        [
            an_entry("a", facets={"industry": ("C39",), "city": ("440300",)}),
            an_entry("b", facets={"industry": ("C38",), "city": ("440300",)}),
            an_entry("c", facets={"industry": ("C38",), "city": ("440100",)}),
            an_entry("d", facets={"city": ("440300",)}),
        ]
    )
    answer = engine.candidates(
        asking(filters={"industry": ("C38", "C39"), "city": ("440300",)}, facets=FACETS)
    )
    assert answer.total == 2
    assert answer.facets["industry"] == {"C39": 1, "C38": 1}
    assert answer.facets["city"] == {"440300": 2, "440100": 1}
    assert engine.candidates(asking(filters={"colour": ("red",)}, facets=("colour",))).total == 0
    assert engine.candidates(asking(filters={"city": ()})).total == 4


def test_a_budget_refuses_only_what_is_stated_to_cost_more(engine: Engine) -> None:
    engine.apply(
        [an_entry("cheap", price_from=1), an_entry("dear", price_from=3), an_entry("unstated")]
    )
    ids = engine.page(asking(max_price=2), Order.NAME, 0, 9)
    assert set(ids) == {"cheap", "unstated"}


def test_one_common_word_of_many_is_not_enough(engine: Engine) -> None:
    engine.apply([an_entry(f"m{i}", "管理") for i in range(30)] + [an_entry("e", "能耗 管理 车间")])
    assert found(engine, asking("能耗 车间 管理 unheard-of")) == {"e"}
    assert engine.candidates(asking("管理")).total == 31


def test_hints_raise_a_match_but_make_none(engine: Engine) -> None:
    engine.apply(
        [
            an_entry("a", "仓储"),
            an_entry("b", "仓储", hints=("点数",)),
            an_entry("c", hints=("点数",)),
        ]
    )
    request = asking("仓储", tokens={"仓储": 1.0, "点数": 1.0}, hint_weight=0.2)
    scores = {c.id: c.words for c in engine.candidates(request).found}
    assert scores.keys() == {"a", "b"}
    assert scores["b"] > scores["a"]


def test_meaning_finds_what_shares_no_word(engine: Engine) -> None:
    far = [an_entry(f"f{i}", "far", vector=unit(0, 1, i / 10)) for i in range(30)]
    engine.apply([*far, an_entry("near", "near", vector=unit(1, 0.2))])
    answer = engine.candidates(asking("nothing", vector=unit(1)))
    assert "near" in {candidate.id for candidate in answer.found}
    assert answer.total < 31
    best = max(answer.found, key=lambda candidate: candidate.meaning or 0)
    assert best.id == "near"
    assert best.meaning == pytest.approx(float(unit(1, 0.2)[0]), abs=1e-6)
    assert best.words == 0


def test_vectors_of_another_model_are_left_aside(engine: Engine) -> None:
    engine.apply([an_entry("a", "one", vector=unit(1))])
    other = an_entry("b", "one", vector=unit(1))
    engine.apply([Entry(other.document, other.words, vector=unit(1), space="newer")])
    assert engine.versions(SPACE) == {"a": 1}
    assert engine.versions("newer") == {}
    assert engine.versions() == {"a": 1, "b": 1}
    answer = engine.candidates(asking("one", vector=unit(1), space="newer"))
    assert [candidate.meaning for candidate in answer.found] == [None, None]
    assert np.allclose(engine.vector("a", SPACE), unit(1))
    assert engine.vector("a", "newer") is None


def test_exact_names_match_whatever_else_is_asked(engine: Engine) -> None:
    engine.apply([an_entry("a", "one", exact=("树根互联",)), an_entry("b", "two")])
    answer = engine.candidates(asking("two", exact=("树根互联", "根互联")))
    assert answer.exact == ["a"]
    assert answer.total == 2
    assert engine.candidates(asking("two", exact=("树根互联",), kinds=(Kind.CASE,))).exact == []


def test_suggestion_keys_come_in_the_order_of_the_prefixes(engine: Engine) -> None:
    engine.apply(
        [
            an_entry("a", prefixes=("t:注塑机", "p:zhusuji")),
            an_entry("b", prefixes=("t:能耗", "p:nenghao")),
            an_entry("c", prefixes=("p:zhusu",), kind=Kind.VENDOR),
        ]
    )
    asked = engine.starting_with(["t:能", "p:zhu"], (Kind.SOLUTION,), 5)
    assert [document.id for document in asked] == ["b", "a"]
    assert [d.id for d in engine.starting_with(["p:zhu"], tuple(Kind), 1)] == ["c"]


def test_whole_orders_by_date_and_by_name(engine: Engine) -> None:
    engine.apply(
        [
            an_entry("a", date="2024", alphabetical="c"),
            an_entry("b", date="2024-03-27", alphabetical="b"),
            an_entry("c", alphabetical="a"),
            an_entry("d", date="2024-03", alphabetical="d"),
        ]
    )
    assert engine.page(asking(), Order.NEWEST, 0, 9) == ["b", "d", "a", "c"]
    assert engine.page(asking(), Order.NAME, 1, 2) == ["b", "a"]


def random_entries(count: int, random: Random) -> list[Entry]:
    return [
        an_entry(
            f"e{i}",
            " ".join(random.choices("abcdefghij", weights=range(10, 0, -1), k=6)),
            vector=unit(*(random.gauss(1, 0.4) for _ in range(8)))
            if random.random() < 0.9
            else None,
            kind=random.choice((Kind.SOLUTION, Kind.VENDOR)),
            facets={
                "industry": tuple(random.sample(("C1", "C2", "C3", "C4"), random.randint(0, 3))),
                "city": (random.choice(("440100", "440300")),),
            },
        )
        for i in range(count)
    ]


def all_of(entry: Entry, filters: dict[str, tuple[str, ...]], *, but: str = "") -> bool:
    facets = entry.document.facets
    return all(set(facets[f]) & set(codes) for f, codes in filters.items() if f != but)


@pytest.mark.parametrize("seed", range(4))
def test_totals_counts_and_pages_agree_with_a_plain_loop(engine: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311 (repeatable on purpose)
    entries = random_entries(300, random)
    engine.apply(entries[:200])
    engine.apply(entries[150:])
    question: dict[str, Any] = {"vector": unit(*(random.random() for _ in range(8))), "depth": 20}
    matches = set(everything(engine, asking("j i h", **question)))
    filters = {"industry": ("C1", "C3"), "city": ("440300",)}
    request = asking("j i h", filters=filters, facets=FACETS, kinds=(Kind.SOLUTION,), **question)
    matching = [e for e in entries if e.document.id in matches]
    solutions = [e for e in matching if e.document.kind is Kind.SOLUTION]
    expected = {e.document.id for e in solutions if all_of(e, filters)}
    answer = engine.candidates(request)
    paged = everything(engine, request)
    assert answer.total == len(expected) == len(paged)
    assert set(paged) == expected
    for facet in ("industry", "city"):
        others = [e for e in solutions if all_of(e, filters, but=facet)]
        counts = {
            c: sum(c in e.document.facets[facet] for e in others) for c in answer.facets[facet]
        }
        assert answer.facets[facet] == counts
        assert all(any(c in e.document.facets[facet] for e in others) for c in counts)


@pytest.mark.parametrize("seed", range(2))
def test_limits_refuse_only_what_states_others(engine: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311 (repeatable on purpose)
    entries = random_entries(120, random)
    engine.apply(entries)
    request = asking(limits={"industry": ("C1", "C3"), "never": ("C1",)}, distinct="industry")
    stated = {e.document.id: set(e.document.facets["industry"]) for e in entries}
    expected = {id_ for id_, codes in stated.items() if not codes or codes & {"C1", "C3"}}
    answer = engine.candidates(request)
    assert set(everything(engine, request)) == expected
    assert answer.total == len(expected)
    assert answer.distinct == len(set().union(*(stated[id_] for id_ in expected)))


@pytest.mark.parametrize("seed", range(3))
def test_top_lists_are_exact(engine: Engine, seed: int) -> None:
    random = Random(seed)  # noqa: S311 (repeatable on purpose)
    entries = random_entries(400, random)
    engine.apply(entries)
    query = unit(*(random.random() for _ in range(8)))
    answer = engine.candidates(asking("a b", vector=query, depth=15))
    matches = set(everything(engine, asking("a b", vector=query)))
    cosines = {
        e.document.id: round(float(e.vector.astype(float) @ query.astype(float)), 6)
        for e in entries
        if e.vector is not None and e.document.id in matches
    }
    nearest = sorted(cosines.values(), reverse=True)[:15]
    reached = {c.id: c.meaning for c in answer.found}
    best = sorted((v for v in reached.values() if v is not None), reverse=True)[:15]
    assert best == pytest.approx(nearest, abs=2e-6)
    for id_, meaning in reached.items():
        assert meaning == (None if id_ not in cosines else pytest.approx(cosines[id_], abs=2e-6))


@pytest.mark.parametrize("wanted", ["440100", "440300"])
def test_the_best_words_are_found_among_very_many_matches(engine: Engine, wanted: str) -> None:
    random = Random(5)  # noqa: S311 (repeatable on purpose)
    rare = {f"e{i}" for i in range(1500, 1520)}
    entries = [
        an_entry(
            f"e{i}",
            "a " * random.randint(1, 9) + "x " * 9 * random.randint(0, 1),
            facets={"city": ("440300" if f"e{i}" in rare or i % 3 else "440100",)},
        )
        for i in range(3000)
    ]
    engine.apply(entries)
    request = asking("a", filters={"city": (wanted,)}, depth=30)
    every = engine.candidates(asking("a", filters={"city": (wanted,)}, depth=3000))
    best = sorted((candidate.words for candidate in every.found), reverse=True)[:30]
    answer = engine.candidates(request)
    assert sorted((candidate.words for candidate in answer.found), reverse=True) == best
    assert answer.total == len(every.found) > 900


def test_equal_documents_keep_an_order_that_is_neither_by_id_nor_by_time(engine: Engine) -> None:
    ids = [f"s{i:02d}" for i in range(40)]
    for id_ in ids[:3]:
        engine.apply([an_entry(id_, "same", vector=unit(1))])
    engine.apply([an_entry(id_, "same", vector=unit(1)) for id_ in ids[3:]])
    request = asking("same", vector=unit(1), depth=10)
    order = everything(engine, request)
    assert sorted(order) == ids
    assert order not in (ids, ids[::-1])
    engine.apply([an_entry("s00", "same", vector=unit(1))])
    assert everything(engine, request) == order


def test_odd_questions_have_answers(engine: Engine) -> None:
    odd = ['"', "*", "\\", "a\x00b", "😀", "{}", "../x", "%", "'or1", "_id", "naïve"]
    entries = [
        an_entry(f"o{i}", "", exact=(text,), prefixes=(f"t:{text}",), facets={"industry": (text,)})
        for i, text in enumerate(odd)
    ]
    entries = [
        replace(entry, words=(text, "all")) for entry, text in zip(entries, odd, strict=True)
    ]
    assert engine.apply(entries).refused == {}
    for i, text in enumerate(odd):
        exact = engine.candidates(CandidateRequest(tuple(Kind), exact=(text,)))
        assert exact.exact == [f"o{i}"], text
        filtered = asking("all", filters={"industry": (text,)}, facets=("industry",))
        assert found(engine, filtered) == {f"o{i}"}, text
        assert [d.id for d in engine.starting_with([f"t:{text}"], tuple(Kind), 3)] == [f"o{i}"]
        assert f"o{i}" in found(engine, asking("", required=(text,), tokens={text: 1.0})), text
    weird = ['"x" \\ *', "a/b?c", "😀"]
    ids = [an_entry(id_, "strange") for id_ in weird]
    assert engine.apply(ids).applied == 3
    assert sorted(everything(engine, asking("strange"), step=2)) == sorted(weird)
    assert [d.id for d in engine.documents(weird)] == weird
    engine.apply([], dict.fromkeys(weird, 1))
    assert found(engine, asking("strange")) == set()


def test_a_rebuild_replaces_everything_and_a_failed_one_nothing(engine: Engine) -> None:
    engine.apply([an_entry("old", "one", version=9)])

    def broken() -> Iterator[Entry]:
        yield an_entry("new", "one")
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        engine.rebuild(broken())
    assert engine.versions() == {"old": 9}
    engine.rebuild(an_entry(f"n{i}", "one", version=1) for i in range(3))
    assert engine.versions() == {"n0": 1, "n1": 1, "n2": 1}
    assert engine.candidates(asking("one")).total == 3


def test_other_readers_see_commits_and_rebuilds(tmp_path: Path) -> None:
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    writer.apply([an_entry("a", "one", vector=unit(1))])
    assert found(reader, asking("one")) == {"a"}
    reader.apply([an_entry("b", "one", vector=unit(1))])
    assert found(writer, asking("one", vector=unit(1))) == {"a", "b"}
    writer.rebuild([an_entry("c", "one")])
    assert found(reader, asking("one")) == {"c"}
    assert EmbeddedEngine(tmp_path).versions() == {"c": 1}


def _hold(folder: Path, held: Any, release: Any) -> None:
    def slowly() -> Iterator[Entry]:
        held.set()
        release.wait(30)
        yield an_entry("slow")

    EmbeddedEngine(folder).rebuild(slowly())


def test_a_second_writer_is_told_to_come_back(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(tmp_path, held, release))
    process.start()
    assert held.wait(60)
    engine = EmbeddedEngine(tmp_path, patience=0.1)
    with pytest.raises(EngineBusy):
        engine.apply([an_entry("a")])
    release.set()
    process.join(60)
    engine.apply([an_entry("a")])
    assert engine.versions() == {"slow": 1, "a": 1}


def _write_until_killed(folder: Path, started: Any) -> None:
    engine = EmbeddedEngine(folder)
    started.set()
    for version in range(2, 100_000):
        engine.apply(
            [
                an_entry(f"k{i}", f"v{version}", vector=unit(1, version), version=version)
                for i in range(5)
            ]
        )


@pytest.mark.parametrize("pause", [0.05, 0.13, 0.31])
def test_a_killed_writer_leaves_words_vectors_and_versions_of_one_commit(
    tmp_path: Path, pause: float
) -> None:
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    process = context.Process(target=_write_until_killed, args=(tmp_path, started))
    process.start()
    assert started.wait(60)
    time.sleep(pause)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(60)
    engine = EmbeddedEngine(tmp_path)
    versions = set(engine.versions().values())
    assert len(versions) <= 1
    for version in versions:
        assert engine.candidates(asking(f"v{version}")).total == 5
        assert np.allclose(engine.vector("k0", SPACE), unit(1, version))
    engine.apply([an_entry("after", "later", vector=unit(0, 1))])
    assert engine.versions()["after"] == 1
    assert np.allclose(engine.vector("after", SPACE), unit(0, 1))


def test_a_folder_of_an_unknown_format_is_started_afresh(tmp_path: Path) -> None:
    (tmp_path / "v0-000001").mkdir()
    (tmp_path / "CURRENT").write_text("v0-000001", encoding="utf-8")
    engine = EmbeddedEngine(tmp_path)
    assert engine.versions() == {}
    assert not (tmp_path / "v0-000001").exists()
