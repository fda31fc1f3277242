"""The rules of drafts: one for each listing, every save kept, nobody overwritten, nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.accounts.models import MemberRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Solution, Vendor
from app.catalogue.stages import Stage
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.settings import Settings
from app.curation.applications import answering, drafts, forms, handing_in
from app.curation.applications.completeness import completeness
from app.curation.applications.differences import Part, words
from app.curation.applications.models import Application, Question
from search.engine import Kind
from tests.factories import a_record
from tests.people import a_member, a_person, an_organisation, visitor

WHOLE = {
    "name": "注塑车间 MES",
    "summary": "机台联网、报工和排产。",
    "scenarios": ["manufacturing-execution"],
    "deployment": ["public_cloud"],
    "price_model": "subscription",
}


def an_editor(db: Session, organisation_id: UUID) -> Visitor:
    person = a_member(db, organisation_id, MemberRole.EDITOR)
    return visitor(db, person, organisation_id)


def a_vendor(db: Session, **values: Any) -> tuple[Vendor, Visitor]:
    """A published vendor and somebody who edits its listings."""
    vendor = a_record(db, Kind.VENDOR, **values)
    assert isinstance(vendor, Vendor)
    return vendor, an_editor(db, vendor.organisation_id)


def a_solution(db: Session, **values: Any) -> tuple[Solution, Visitor]:
    vendor, editor = a_vendor(db)
    made = a_record(db, Kind.SOLUTION, vendor_id=vendor.id, **{**WHOLE, **values})
    solution = drafts.find_own(db, editor, made.identifier)
    assert isinstance(solution, Solution)
    return solution, editor


def test_every_save_is_kept_and_one_that_changes_nothing_is_not(db: Session) -> None:
    _vendor, editor = a_vendor(db)
    draft = drafts.start_new(db, Kind.SOLUTION, by=editor)
    assert drafts.save(db, draft, dict(WHOLE), seen=1, by=editor)
    assert not drafts.save(db, draft, dict(WHOLE), seen=2, by=editor)
    kept = drafts.saved(db, draft, page=1, size=10)
    assert [(one.number, one.values.get("name")) for one in kept.items] == [
        (2, WHOLE["name"]),
        (1, None),
    ]


def test_the_second_writer_is_told(db: Session) -> None:
    _vendor, editor = a_vendor(db)
    draft = drafts.start_new(db, Kind.SOLUTION, by=editor)
    drafts.save(db, draft, dict(WHOLE), seen=1, by=editor)
    with pytest.raises(drafts.Overtaken):
        drafts.save(db, draft, {"name": "另一个"}, seen=1, by=editor)


def test_a_listing_has_one_draft_and_the_refusal_knows_it(db: Session) -> None:
    solution, editor = a_solution(db)
    draft = drafts.start_change(db, solution, by=editor)
    assert draft.values["name"] == solution.name
    assert draft.base_version == solution.version
    with pytest.raises(drafts.AlreadyOpen) as refused:
        drafts.start_change(db, solution, by=editor)
    assert refused.value.application_id == draft.id


def test_two_at_once_begin_one_draft(own_database: Settings) -> None:
    with transaction() as db:
        solution, editor = a_solution(db)

    def begin() -> bool:
        try:
            with transaction() as db:
                drafts.start_change(db, drafts.find_own(db, editor, solution.identifier), by=editor)
        except drafts.AlreadyOpen:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _n: begin(), range(4)))
    assert sorted(done) == [False, False, False, True]


def test_an_organisation_comes_in_once(db: Session) -> None:
    organisation = an_organisation(db)
    editor = an_editor(db, organisation.id)
    draft = drafts.start_vendor(db, by=editor)
    assert draft.values == {"name": organisation.name, "region": organisation.region}
    with pytest.raises(drafts.AlreadyOpen):
        drafts.start_vendor(db, by=editor)
    with pytest.raises(Conflict, match="in the pool first"):
        drafts.start_new(db, Kind.SOLUTION, by=editor)


def test_handing_in_needs_a_promise_and_all_that_is_needed(db: Session) -> None:
    _vendor, editor = a_vendor(db, region="441900")
    draft = drafts.start_new(db, Kind.SOLUTION, by=editor)
    with pytest.raises(Invalid, match="missing"):
        handing_in.hand_in(db, draft, has_promised=True, by=editor)
    drafts.save(db, draft, dict(WHOLE), seen=draft.version, by=editor)
    with pytest.raises(Invalid, match="promise"):
        handing_in.hand_in(db, draft, has_promised=False, by=editor)
    handing_in.hand_in(db, draft, has_promised=True, by=editor)
    assert (draft.stage, draft.region) == (Stage.SUBMITTED, "441900")
    assert draft.promised_at
    assert draft.due_on
    assert draft.proposed_by == editor.person_id
    with pytest.raises(Conflict, match="handed in"):
        drafts.save(db, draft, {}, seen=draft.version, by=editor)


def test_a_change_that_changes_nothing_is_not_taken(db: Session) -> None:
    solution, editor = a_solution(db)
    draft = drafts.start_change(db, solution, by=editor)
    with pytest.raises(Invalid, match="says the same"):
        handing_in.hand_in(db, draft, has_promised=True, by=editor)


def test_what_changed_in_the_listing_meanwhile_is_taken_over(db: Session) -> None:
    solution, editor = a_solution(db)
    draft = drafts.start_change(db, solution, by=editor)
    drafts.save(db, draft, {**draft.values, "name": "新名称"}, seen=1, by=editor)
    solution.summary, solution.version = "列表里的新简介", solution.version + 1
    handing_in.hand_in(db, draft, has_promised=True, by=editor)
    assert (draft.values["name"], draft.values["summary"]) == ("新名称", "列表里的新简介")


def test_what_both_changed_is_shown_before_it_is_handed_in(db: Session) -> None:
    solution, editor = a_solution(db)
    draft = drafts.start_change(db, solution, by=editor)
    drafts.save(db, draft, {**draft.values, "name": "新名称"}, seen=1, by=editor)
    solution.name, solution.version = "列表里的新名称", solution.version + 1
    assert [field.name for field in handing_in.collisions(db, draft)] == ["name"]
    with pytest.raises(Conflict, match="has changed since"):
        handing_in.hand_in(db, draft, has_promised=True, by=editor)
    handing_in.catch_up(db, draft, by=editor)
    handing_in.hand_in(db, draft, has_promised=True, by=editor)
    assert draft.values["name"] == "新名称"


def test_a_withdrawn_vendor_takes_its_listings_and_their_changes_along(db: Session) -> None:
    solution, editor = a_solution(db)
    vendor = drafts.find_own(db, editor, solution.vendor.identifier)
    change = drafts.start_change(db, solution, by=editor)
    with pytest.raises(Invalid, match="sentence"):
        handing_in.withdraw_listing(db, vendor, "  ", by=editor)
    handing_in.withdraw_listing(db, vendor, "停止经营", by=editor)
    assert {vendor.stage, solution.stage, change.stage} == {Stage.WITHDRAWN}
    assert (solution.left_why, solution.left_code) == ("停止经营", "request")
    assert change.open_for is None
    trail = db.exec(select(AuditEntry.action).where(AuditEntry.subject_id == str(vendor.id))).all()
    assert "vendor.withdrawn" in trail


def test_the_last_answer_lets_the_clock_go_on(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    solution, editor = a_solution(db)
    draft = drafts.start_change(db, solution, by=editor)
    asked = a_person(db)
    questions = [
        Question(application_id=draft.id, text=text, by=asked.id) for text in ("一？", "二？")
    ]
    db.add_all(questions)
    db.flush()
    draft.due_on, draft.clock_stopped_at = date(2026, 3, 6), datetime(2026, 3, 2, 2, tzinfo=UTC)
    monkeypatch.setattr(answering, "today", lambda: date(2026, 3, 5))
    first, second = (question.id or 0 for question in questions)
    answering.answer(db, draft, first, "答", by=editor)
    assert draft.clock_stopped_at
    answering.answer(db, draft, second, "答", by=editor)
    assert (draft.clock_stopped_at, draft.due_on) == (None, date(2026, 3, 11))
    with pytest.raises(Conflict, match="answer already"):
        answering.answer(db, draft, second, "再答", by=editor)


def test_what_belongs_to_others_looks_missing(db: Session) -> None:
    solution, editor = a_solution(db)
    draft = drafts.start_change(db, solution, by=editor)
    for stranger in (visitor(db, a_person(db), None), an_editor(db, an_organisation(db).id)):
        for seek in (drafts.find_for, drafts.take):
            with pytest.raises(NotFound):
                seek(db, stranger, draft.id)
        with pytest.raises(NotFound):
            drafts.find_own(db, stranger, solution.identifier)
    assert isinstance(drafts.find_for(db, editor, draft.id), Application)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("price_from", "9,800.5", 980050),
        ("price_from", "1e3", 100000),
        ("name", " 注塑 \x00 MES ", "注塑 MES"),
        ("deployment", ["edge", "edge"], ["edge"]),
    ],
)
def test_what_is_typed_becomes_a_value(name: str, typed: Any, value: Any) -> None:
    said = typed if isinstance(typed, list) else [typed]
    values, errors = forms.read(Kind.SOLUTION, {name: said}, {})
    assert (values, errors) == ({name: value}, {})


@pytest.mark.parametrize(
    ("kind", "name", "typed"),
    [
        (Kind.SOLUTION, "price_from", "很便宜"),
        (Kind.SOLUTION, "price_from", "NaN"),
        (Kind.SOLUTION, "price_from", "-1"),
        (Kind.SOLUTION, "deployment", "moon"),
        (Kind.SOLUTION, "name", "长" * 101),
        (Kind.CASE, "year", "今年"),
        (Kind.CASE, "year", "２０２４"),
        (Kind.VENDOR, "website", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_meant_is_named(kind: Kind, name: str, typed: str) -> None:
    _values, errors = forms.read(kind, {name: [typed]}, {})
    assert set(errors) == {name}


def test_english_is_kept_beside_other_translations() -> None:
    before = {"translations": {"de": {"name": "Fertigung"}}}
    values, _errors = forms.read(Kind.SOLUTION, {"name_en": ["MES"]}, before)
    assert values["translations"] == {"de": {"name": "Fertigung"}, "en": {"name": "MES"}}
    assert not forms.check(Kind.SOLUTION, values)


def test_completeness_counts_what_is_needed_twice() -> None:
    nothing = completeness(Kind.SOLUTION, {})
    assert (nothing.percent, nothing.is_enough) == (0, False)
    enough = completeness(Kind.SOLUTION, WHOLE)
    assert enough.is_enough
    assert enough.percent > 50
    assert enough.useful[0].name == "industries"


def test_differences_are_told_by_words() -> None:
    assert words("支持注塑机联网", "支持压铸机联网") == (
        ("支持", Part.KEPT),
        ("注塑机", Part.REMOVED),
        ("压铸机", Part.ADDED),
        ("联网", Part.KEPT),
    )
