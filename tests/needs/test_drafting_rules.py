"""Writing a need: what its words are taken for, what the author takes away, what is matched."""

from typing import Any

import pytest
from sqlmodel import Session

from app.core.errors import Conflict
from app.needs import drafting, editing
from app.needs.drafting import Said, parts_after, tags_after
from app.needs.models import Need, NeedStage
from app.needs.understanding import codes, key, recognised, tag_label
from app.needs.wanting import wanted_of
from tests.needs.making import NAME, a_draft, a_need, a_writer

WORDS = "佛山南海的注塑厂，40台注塑机和3台空压机。想做设备联网、MES。预算50万以内，数据不出厂。"


def test_words_are_taken_for_scenarios_industries_machines_and_limits() -> None:
    tags = recognised(WORDS)
    assert codes(tags, "scenario") == ["equipment-connectivity", "manufacturing-execution"]
    assert codes(tags, "equipment") == ["injection-moulder", "compressor"]
    assert codes(tags, "industry") == ["C29"]
    assert codes(tags, "city") == ["440600"]
    assert codes(tags, "deployment") == ["on_premises"]
    assert codes(tags, "max_price") == ["500000"]


def test_a_long_text_names_more_than_a_question_can() -> None:
    text = "想做设备联网、MES、能耗管理。还要质量追溯、仓储管理。最后是网络安全。"
    assert len(codes(recognised(text), "scenario")) == 6


def test_first_words_fill_the_fields_that_they_speak_of(db: Session) -> None:
    need = drafting.start(db, WORDS, by=a_writer(db, region="440605"))
    assert need.title == "佛山南海的注塑厂，40台注塑机和3台空压机"
    assert (need.region, need.industries, need.budget_to) == ("440605", ["C29"], 50_000_000)
    assert need.deployment == ["on_premises"]
    assert need.parts


def test_a_factory_elsewhere_than_its_organisation_is_where_the_words_say(db: Session) -> None:
    need = drafting.start(db, WORDS, by=a_writer(db))  # registered in Dongguan
    assert need.region == "440600"


def test_a_tag_that_was_taken_away_stays_away_until_it_is_ticked_again() -> None:
    texts = [WORDS]
    shown = [key(tag) for tag in recognised(WORDS)]
    gone = "scenario:manufacturing-execution"
    ignored, added = tags_after(texts, [one for one in shown if one != gone], shown, [])
    assert (ignored, added) == ([gone], [])
    assert gone not in [key(tag) for tag in drafting.tags_of(texts, ignored, added)]
    ignored, _added = tags_after(texts, shown, shown, ignored)
    assert ignored == []


def test_a_scenario_can_be_added_that_no_word_names(db: Session) -> None:
    need = drafting.start(db, WORDS, by=a_writer(db))
    form = editing.read(need, posted(need, add=["cyber-security"], shown=["industry:C29"]))
    assert ("scenario", "cyber-security", "") in [tuple(tag.values()) for tag in form.said.tags]
    again = editing.read(drafting.preview(need, form.said), posted(need, shown=[]))
    assert "cyber-security" not in codes(again.said.tags, "scenario")  # it was not ticked


def test_what_the_words_said_goes_with_the_words_and_what_was_added_stays(db: Session) -> None:
    need = drafting.start(db, "想做设备联网。再做计划排产。", by=a_writer(db))
    form = editing.read(need, posted(need, add=["cyber-security"]))
    with_added = drafting.preview(need, form.said)
    again = editing.read(with_added, posted(with_added, text=["想做设备联网。"]))
    assert codes(again.said.tags, "scenario") == ["equipment-connectivity", "cyber-security"]
    chosen = posted(with_added, text=["想做设备联网。"], add=["planning-scheduling"])
    assert "planning-scheduling" in codes(editing.read(with_added, chosen).said.tags, "scenario")


def posted(need: Need, **more: Any) -> dict[str, list[str]]:
    """The form as it would be sent without a change."""
    shown = editing.shown_in_form(need)
    said: dict[str, list[str]] = {
        name: value if isinstance(value, list) else [value] for name, value in shown.posted.items()
    }
    ticked = [key(tag) for tag, is_kept in shown.offered if is_kept]
    said |= {"tag": ticked, "shown": [key(tag) for tag, _kept in shown.offered]}
    said |= {"from_words": [key(tag) for tag, _kept in shown.offered if tag["said"]]}
    for n, part in enumerate(shown.said.parts):
        said |= {f"part_title_{n}": [part["title"]], f"part_text_{n}": [part["text"]]}
    return {**said, "split": [shown.split], "version": [str(need.version)], **more}


def test_sending_the_form_as_it_stands_changes_nothing(db: Session) -> None:
    need = drafting.start(db, WORDS, by=a_writer(db))
    form = editing.read(need, posted(need))
    assert form.errors == {}
    assert form.said == drafting.said_of(need)
    assert not drafting.save(db, need, form.said, seen=need.version)


def test_parts_follow_the_text_until_somebody_writes_in_them() -> None:
    first = drafting.split("想做设备联网。")
    offered = drafting.digest_of(first)
    typed = [(part["title"], part["text"]) for part in first]
    parts, are_written = parts_after("只想做能耗管理。", typed, offered)
    assert (parts, are_written) == (drafting.split("只想做能耗管理。"), False)
    parts, are_written = parts_after("只想做能耗管理。", [("我的 MES", "要扫码报工")], offered)
    assert are_written
    assert parts[0]["title"] == "我的 MES"
    assert "work-reporting" in parts[0]["scenarios"]


def test_an_emptied_part_goes_and_one_without_a_name_gets_one() -> None:
    parts, _written = parts_after("", [("", ""), ("", "要做能耗管理"), ("联网", "")], "x")
    assert [part["title"] for part in parts] == ["要做能耗管理", "联网"]


def test_what_is_matched_holds_no_name_and_only_what_was_kept(db: Session) -> None:
    writer = a_writer(db)
    need = a_draft(
        db,
        writer,
        ignored=["scenario:energy-management"],
        parts=[
            {"title": "联网", "text": "机台联网", "scenarios": ["equipment-connectivity"]},
            {"title": "能耗", "text": "看能耗", "scenarios": ["energy-management"]},
        ],
        tags=[
            {"facet": "scenario", "code": "equipment-connectivity", "said": "联网"},
            {"facet": "scenario", "code": "cyber-security", "said": ""},
        ],
        requires_whitelist=True,
    )
    wanted = wanted_of(need)
    assert [part.scenarios for part in wanted.parts] == [
        ("equipment-connectivity",),
        (),
        ("cyber-security",),
    ]
    limits = wanted.limits
    assert (limits.region, limits.industries, limits.max_price, limits.whitelist) == (
        "440605",
        ("C29",),
        50_000_000,
        True,
    )
    assert NAME not in str(wanted.as_json())


def test_a_limit_that_only_the_words_name_counts_while_its_field_is_empty(db: Session) -> None:
    tags = recognised(WORDS)
    bare = {"industries": [], "budget_to": None, "deployment": [], "region": None}
    need = a_draft(db, a_writer(db), tags=tags, **bare)
    limits = wanted_of(need).limits
    assert (limits.industries, limits.max_price, limits.region) == (("C29",), 50_000_000, "440600")
    need.budget_to = 80_000_00
    assert wanted_of(need).limits.max_price == 80_000_00


def test_two_who_write_at_once_do_not_overwrite_each_other(db: Session) -> None:
    need = a_draft(db, a_writer(db))
    assert drafting.save(db, need, Said({"title": "甲"}), seen=1)
    with pytest.raises(drafting.Overtaken):
        drafting.save(db, need, Said({"title": "乙"}), seen=1)
    assert need.title == "甲"


def test_what_was_published_is_locked_and_a_copy_is_not(db: Session) -> None:
    writer = a_writer(db)
    need = a_need(db, writer)
    with pytest.raises(Conflict):
        drafting.save(db, need, Said({"title": "改"}), seen=need.version)
    made = drafting.copy(db, need, by=writer)
    assert (made.stage, made.title, made.parts) == (NeedStage.DRAFT, need.title, need.parts)
    assert (made.closes_at, made.copied_from) == (None, need.id)
    assert made.identifier != need.identifier


def test_what_cannot_be_taken_is_said_beside_its_field(db: Session) -> None:
    need = a_draft(db, a_writer(db))
    form = editing.read(
        need,
        posted(
            need,
            budget_from=["900000"],
            budget_to=["5"],
            wanted_by=["31.12.2026"],
            closes_at=["tomorrow"],
            questions_until=["2099-01-01T00:00"],
            confidentiality=["secret"],
        ),
    )
    assert set(form.errors) == {
        "budget_to",
        "wanted_by",
        "closes_at",
        "questions_until",
        "confidentiality",
    }


def test_a_deadline_is_taken_to_the_second_in_chinas_time(db: Session) -> None:
    need = a_draft(db, a_writer(db))
    form = editing.read(need, posted(need, closes_at=["2026-12-31T17:00:07"]))
    assert form.said.values["closes_at"].isoformat() == "2026-12-31T09:00:07+00:00"


def test_machines_are_named_in_the_readers_language() -> None:
    assert tag_label("equipment", "injection-moulder") == "注塑机"
    assert tag_label("equipment", "gone") == "gone"
