"""The desk through its pages: from the queue to the catalogue, and what is refused on the way."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.models import StaffRole
from app.catalogue.models import Vendor
from app.catalogue.stages import MOVES, Stage
from app.core import files
from app.core.formats import today
from app.curation.applications import criteria, deciding
from app.curation.applications.models import Application, Objection, PublicNotice, Question
from search.engine import Kind
from tests.counting import count_queries
from tests.desk.applications import (
    VALUES,
    an_application,
    an_owner,
    announced,
    city_reviewer,
    reviewer,
)
from tests.factories import a_record
from tests.people import (
    DONGGUAN,
    GUANGZHOU,
    PROVINCE,
    a_member,
    an_organisation,
    sign_in,
    staff,
)


def as_staff(client: TestClient, db: Session, *roles: StaffRole, region: str = PROVINCE) -> Any:
    """The client as somebody of the staff."""
    person = staff(db, *roles, region=region, name="审核员甲")
    sign_in(client, db, person)
    return person


def send(client: TestClient, path: str, **said: Any) -> int:
    """Post a form; where it leads is not followed."""
    return client.post(path, data=said, follow_redirects=False).status_code


def reloaded(db: Session, application: Application) -> Application:
    db.expire_all()
    return db.get_one(Application, application.id)


def test_the_way_of_an_application_through_the_pages(client: TestClient, db: Session) -> None:
    application = an_application(db)
    path = f"/desk/applications/{application.id}"
    as_staff(client, db, StaffRole.REVIEWER, region=DONGGUAN)
    assert VALUES["name"] in client.get("/desk/applications?mine=1").text
    page = client.get(path).text
    assert "Recommend" in page
    assert VALUES["summary"] in page
    assert send(client, f"{path}/recommend", version=1, opinion="属实") == 303
    assert send(client, f"{path}/recommend", version=2) == 409
    as_staff(client, db, StaffRole.REVIEWER)
    points = {f"points-{one.code}": "4" for one in criteria.starting(Kind.VENDOR)[:-1]}
    assert send(client, f"{path}/review", version=2) == 409
    assert send(client, f"{path}/scores", **points) == 303
    assert "Conclude the review" in client.get(path).text
    assert send(client, f"{path}/review", version=2) == 303
    as_staff(client, db, StaffRole.PUBLISHER)
    assert "five working days" in client.get(path).text
    assert send(client, f"{path}/notice", version=3, starts="today") == 303
    assert "cannot be published before" in client.get(path).text
    assert send(client, f"{path}/publish", version=4) == 409
    notice = db.exec(select(PublicNotice)).one()
    public = client.get(f"/notices/{notice.id}").text
    assert "days are left" in public
    assert VALUES["summary"] in client.get(f"/notices/{notice.id}").text
    assert VALUES["name"] in client.get("/notices").text
    db.get_one(PublicNotice, notice.id).publish_on = today()
    assert send(client, f"{path}/publish", version=4) == 303
    assert reloaded(db, application).stage == Stage.PUBLISHED
    vendor = db.exec(select(Vendor)).one()
    assert client.get(f"/vendors/{vendor.slug}").status_code == 200
    story = client.get(path).text
    assert "属实" in story
    assert "审核员甲 published it." in story


@pytest.mark.parametrize("role", list(StaffRole))
def test_the_desk_offers_everybody_only_what_they_may_do(
    client: TestClient, db: Session, role: StaffRole
) -> None:
    an_application(db)
    as_staff(client, db, role, region=DONGGUAN)
    page = client.get("/desk").text
    offered = set(re.findall(r'href="(/desk/[a-z-]+)"', page))
    assert "/desk/applications" in offered
    assert ("/desk/criteria" in offered) is (role is StaffRole.ADMINISTRATOR)
    assert ("/desk/audit" in offered) is (role is StaffRole.AUDITOR)
    assert ("/desk/appeals" in offered) is (role is StaffRole.PUBLISHER)
    assert ("/desk/merges" in offered) is (role is StaffRole.REVIEWER)


def test_another_region_sees_nothing_of_it(client: TestClient, db: Session) -> None:
    application = an_application(db)
    as_staff(client, db, StaffRole.REVIEWER, region=GUANGZHOU)
    assert VALUES["name"] not in client.get("/desk/applications").text
    assert VALUES["name"] not in client.get(f"/desk/applications?region={DONGGUAN}").text
    for path in ("", "/recommend", "/return", "/notes", "/questions"):
        address = f"/desk/applications/{application.id}{path}"
        answer = client.post(address, data={"version": 1}) if path else client.get(address)
        assert answer.status_code == 404


def test_filters_narrow_the_queue_and_put_the_overdue_first(
    client: TestClient, db: Session
) -> None:
    late = an_application(db, values={"name": "迟到的"}, due_on=today() - timedelta(days=1))
    an_application(db, values={"name": "按时的"}, stage=Stage.RECOMMENDED)
    as_staff(client, db, StaffRole.REVIEWER)
    page = client.get("/desk/applications").text
    assert page.index("迟到的") < page.index("按时的")
    assert "按时的" not in client.get("/desk/applications?due=overdue").text
    assert "迟到的" not in client.get("/desk/applications?mine=1").text
    assert "迟到的" not in client.get("/desk/applications?stage=recommended&age=junk").text
    assert "Nothing fits" in client.get("/desk/applications?kind=case").text
    reloaded(db, late).clock_stopped_at = late.submitted_at
    assert "waits for the vendor" in client.get("/desk/applications?due=stopped").text


def test_a_queue_of_many_asks_the_database_as_often_as_one_of_few(
    client: TestClient, db: Session, engine: Engine
) -> None:
    for number in range(3):
        an_application(db, values={"name": f"申报{number}"})
    as_staff(client, db, StaffRole.REVIEWER)
    few = [count_queries(engine, client, path) for path in ("/desk", "/desk/applications")]
    for number in range(20):
        an_application(db, values={"name": f"更多{number}"})
    db.flush()
    assert [count_queries(engine, client, p) for p in ("/desk", "/desk/applications")] == few


def test_what_is_wrong_with_a_decision_stands_beside_the_field(
    client: TestClient, db: Session
) -> None:
    application = an_application(db)
    path = f"/desk/applications/{application.id}"
    as_staff(client, db, StaffRole.REVIEWER, region=DONGGUAN)
    answer = client.post(f"{path}/refuse", data={"version": 1, "refuse_code": "untrue"})
    assert answer.status_code == 422
    assert "Say in a sentence why." in answer.text
    assert '<option value="untrue" selected>' in answer.text
    assert client.post(f"{path}/questions", data={"text": " "}).status_code == 422
    assert send(client, f"{path}/questions", text="证书何时到期？") == 303
    assert send(client, f"{path}/notes", text="已电话核实") == 303
    assert send(client, f"{path}/return", version=9, return_code="other") == 409
    page = client.get(path).text
    assert "no answer yet" in page
    assert "已电话核实" in page
    assert db.exec(select(Question)).one().text == "证书何时到期？"


def test_the_case_page_shows_the_difference_the_clash_and_the_file(
    client: TestClient, db: Session
) -> None:
    record = a_record(db, Kind.VENDOR, name="云端甲", summary="注塑车间的监控", region=DONGGUAN)
    assert isinstance(record, Vendor)
    twin = a_record(db, Kind.VENDOR, name="云端乙")
    organisation = db.get_one(type(record.organisation), record.organisation_id)
    application = an_application(
        db,
        record_id=record.id,
        organisation=organisation,
        is_new=False,
        base_version=record.version,
        values={"name": "云端乙", "summary": "注塑车间的排产", "region": DONGGUAN},
    )
    kept = files.keep(
        db,
        b"%PDF-1.4\n",
        "营业执照.pdf",
        subject=f"application:{application.id}",
        organisation_id=organisation.id,
        by=application.proposed_by,
    )
    path = f"/desk/applications/{application.id}"
    as_staff(client, db, StaffRole.REVIEWER, region=DONGGUAN)
    page = client.get(path).text
    assert re.search(r"<del>.*?监控</del>\s*<ins>.*?排产</ins>", page, re.S)
    assert f"/id/{twin.identifier}" in page
    assert "list.csv" in page
    assert send(client, f"{path}/files/{kept.id}/checked", public="no") == 303
    assert "stays private" in client.get(path).text


def test_anybody_may_object_while_a_notice_runs(client: TestClient, db: Session) -> None:
    application = an_application(db, stage=Stage.REVIEWED)
    notice = announced(db, application)
    path = f"/notices/{notice.id}"
    said = {"name": "李四", "contact": "li@example.com", "text": "案例不实"}
    assert client.post(f"{path}/objections", data={"name": "李四"}).status_code == 422
    arrived = client.post(f"{path}/objections", data=said, follow_redirects=False)
    assert "has arrived" in client.get(arrived.headers["location"]).text
    assert "李四" not in client.get(path).text
    for _ in range(4):
        assert send(client, f"{path}/objections", **said) == 303
    assert send(client, f"{path}/objections", **said) == 429
    as_staff(client, db, StaffRole.PUBLISHER)
    case = f"/desk/applications/{application.id}"
    assert "li@example.com" in client.get(case).text
    first = db.exec(select(Objection)).first()
    assert first is not None
    answer = f"answer-{first.id}"
    assert send(client, f"{case}/objections/{first.id}", **{answer: ""}) == 422
    assert send(client, f"{case}/objections/{first.id}", is_upheld="yes", **{answer: "属实"}) == 303
    db.expire_all()
    assert db.get_one(Objection, first.id).is_upheld is True
    db.get_one(PublicNotice, notice.id).ends_on = today() - timedelta(days=1)
    assert send(client, f"{path}/objections", **said) == 409
    db.get_one(PublicNotice, notice.id).starts_on = today() + timedelta(days=1)
    assert client.get(path).status_code == 404


def test_a_refused_vendor_appeals_and_another_one_decides(client: TestClient, db: Session) -> None:
    application = an_application(db)
    deciding.refuse(db, application, "untrue", "资质不符", by=city_reviewer(db))
    owner = an_owner(db, application.organisation_id)
    stranger = an_organisation(db, "别家")
    path = f"/workspace/applications/{application.id}/appeal"
    subject = f"application:{application.id}"
    sign_in(client, db, a_member(db, stranger.id), stranger.id)
    assert client.get(path).status_code == 404
    sign_in(client, db, a_member(db, application.organisation_id), application.organisation_id)
    assert "资质不符" in client.get(path).text
    assert send(client, "/appeals", subject=subject, text="") == 422
    assert send(client, "/appeals", subject="nonsense", text="x") == 404
    assert send(client, "/appeals", subject=subject, text="证书齐全") == 303
    assert send(client, "/appeals", subject=subject, text="再来") == 409
    assert "证书齐全" in client.get(path).text
    assert owner.organisation_id == application.organisation_id
    as_staff(client, db, StaffRole.PUBLISHER)
    desk = client.get("/desk/appeals").text
    found = re.search(r'href="(/desk/appeals/[0-9a-f-]+)"', desk)
    assert found
    assert "证书齐全" in client.get(found[1]).text
    assert send(client, found[1], outcome="allow", answer="") == 422
    assert send(client, found[1], outcome="allow", answer="准予") == 303
    assert reloaded(db, application).stage == Stage.SUBMITTED
    assert "begins anew" in client.get(f"/desk/applications/{application.id}").text


def test_staff_keep_the_criteria(client: TestClient, db: Session) -> None:
    as_staff(client, db, StaffRole.REVIEWER)
    assert client.get("/desk/criteria").status_code == 403
    as_staff(client, db, StaffRole.ADMINISTRATOR)
    page = client.get("/desk/criteria?kind=case").text
    assert "Weighted total" in page
    assert client.get("/desk/criteria?kind=training").status_code == 422
    good = {"name": "本地服务", "name_en": "Local service", "weight": "20", "threshold": "1"}
    assert send(client, "/desk/criteria/case", **{**good, "weight": "0"}) == 422
    assert send(client, "/desk/criteria/case", **good) == 303
    rows = criteria.active(db, Kind.CASE)
    assert [one.name for one in rows][-2:] == ["本地服务", "加权平均分"]
    code = rows[-2].code
    assert send(client, f"/desk/criteria/case/{code}/move", way="up") == 303
    assert criteria.active(db, Kind.CASE)[-3].code == code
    changed = {**good, "threshold": "3"}
    assert send(client, f"/desk/criteria/case/{code}", seen=rows[-2].id, **changed) == 303
    assert send(client, f"/desk/criteria/case/{code}", seen=rows[-2].id, **changed) == 409
    assert send(client, f"/desk/criteria/case/{code}/retire") == 303
    assert send(client, "/desk/criteria/case/total/retire") == 409
    assert code not in {one.code for one in criteria.active(db, Kind.CASE)}


ROUTES = {
    "recommend": Stage.RECOMMENDED,
    "review": Stage.REVIEWED,
    "notice": Stage.NOTICE,
    "publish": Stage.PUBLISHED,
    "return": Stage.RETURNED,
    "refuse": Stage.REFUSED,
}
WHY = {"return_code": "other", "refuse_code": "other", "return_reason": "x", "refuse_reason": "x"}


def test_every_unlawful_step_is_a_conflict_through_its_route(
    client: TestClient, db: Session
) -> None:
    as_staff(client, db, *StaffRole)
    by_stage = {stage: an_application(db, stage=stage).id for stage in Stage}
    for stage, id_ in by_stage.items():
        for route, wanted in ROUTES.items():
            status = send(client, f"/desk/applications/{id_}/{route}", version=1, **WHY)
            if stage is Stage.DRAFT:
                assert status == 404, (stage, route)  # the desk does not know of it
            elif wanted not in MOVES[stage]:
                assert status == 409, (stage, route)


def test_the_pages_speak_chinese(client: TestClient, db: Session) -> None:
    application = an_application(db, stage=Stage.RECOMMENDED)
    assert reviewer(db).scope.is_province
    as_staff(client, db, *StaffRole)
    for path in ("/desk", "/desk/applications", f"/desk/applications/{application.id}"):
        assert client.get(f"{path}?lang=zh-Hans").status_code == 200
