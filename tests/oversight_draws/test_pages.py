"""A draw from its preparation to a published finding, through the pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import Person, StaffRole
from app.core.formats import today
from app.curation.oversight import effects, preparing
from app.curation.oversight.draw_file import differences, read
from app.curation.oversight.models import Draw, Effect
from tests.oversight_draws.pools import a_check, a_publisher, a_vendor, a_wish, an_inspector
from tests.people import DONGGUAN, GUANGZHOU, sign_in, staff

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def _post(client: TestClient, address: str, data: Any, files: Any = None) -> str:
    """The page that a successful post leads to; the client drops its cookie on redirects."""
    answer = client.post(address, data=data, files=files, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def test_a_draw_is_previewed_published_and_then_drawn(client: TestClient, db: Session) -> None:
    for n in range(6):
        a_vendor(db, f"东莞市第{n}软件有限公司", kind="platform" if n % 2 else None)
    an_inspector(db, GUANGZHOU, "张检查")
    sign_in(client, db, staff(db, StaffRole.PUBLISHER))
    assert "How it is made fair" in client.get("/desk/spot-checks/draws/new").text
    wish = {"title": "Second half of 2026", "region": "440000", "kind": ["platform", "unstated"]}
    wish |= {"number": "2", "months": "12", "public_source": "Lottery of tomorrow"}
    previewed = client.get("/desk/spot-checks/draws/new", params=wish).text
    assert "1 of 3" in previewed
    assert "Fix the list and publish it" in previewed
    assert "Draw now" in _post(client, "/desk/spot-checks/draws", wish)
    draw = db.exec(select(Draw)).one()
    public = client.get(f"/spot-checks/{draw.id}").text
    assert draw.inputs_hash in public
    assert draw.secret not in public
    assert draw.secret not in client.get(f"/spot-checks/{draw.id}.json").text
    make = f"/desk/spot-checks/draws/{draw.id}/make"
    assert client.post(make, data={"value": ""}).status_code == 422
    assert "张检查" in _post(client, make, {"value": "3 7 11"})
    assert client.post(make, data={"value": "8 8 8"}).status_code == 409
    drawn = client.get(f"/spot-checks/{draw.id}").text
    assert "pool draw verify" in drawn
    assert "张检查" not in drawn
    said = read(client.get(f"/spot-checks/{draw.id}.json").content)
    assert list(differences(said, draw.inputs_hash)) == []
    assert "Second half of 2026" in client.get("/spot-checks").text
    assert "Second half of 2026" in client.get("/desk/spot-checks/draws").text


def test_what_is_typed_wrongly_is_said_at_the_field(client: TestClient, db: Session) -> None:
    sign_in(client, db, staff(db, StaffRole.PUBLISHER))
    wish = {"title": "x", "region": "110000", "number": "-3"}
    page = client.get("/desk/spot-checks/draws/new", params=wish)
    assert page.status_code == 422
    for said in ("Choose a place inside your region.", "Choose at least one.", "from 1 to 1000"):
        assert said in page.text


def test_the_inspector_reports_and_another_person_decides(
    client: TestClient, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[Effect] = []
    monkeypatch.setattr(effects, "carry_out", lambda *told, **_why: ended.append(told[2]))
    person = an_inspector(db, GUANGZHOU, "张检查")
    check, _inspector, publisher = a_check(db, person)
    own = f"/desk/spot-checks/{check.id}"
    sign_in(client, db, person)
    assert "1 check for you to inspect" in client.get("/desk/spot-checks").text
    codes = [item["code"] for item in check.checklist]
    said = {f"answer-{code}": "conforms" for code in codes} | {"version": str(check.version)}
    said |= {"answer-device-update": "departs", "finding": "mend", "hand_over": "1"}
    files = {"evidence-device-update": ("photo.png", PNG, "image/png")}
    refused = client.post(f"{own}/report/files", data=said, files=files)
    assert refused.status_code == 422
    for missing in ("Say what does not conform.", "Give a day to come.", "at least 10 characters"):
        assert missing in refused.text
    link = re.search(rf"{own}/evidence/[0-9a-f-]+", refused.text)
    assert link
    assert client.get(link[0]).content == PNG
    said |= {"version": _version(refused.text), "remark-device-update": "Two years old"}
    said |= {"mend_until": (today() + timedelta(days=30)).isoformat(), "report": "Seen on site."}
    assert "Seen on site." in _post(client, f"{own}/report/files", said)
    assert client.post(f"{own}/decision", data={}).status_code == 403
    assert client.get(f"/spot-checks/checks/{check.id}").status_code == 404

    sign_in(client, db, db.get_one(Person, publisher.person_id))
    decision = {
        "version": _version(client.get(own).text),
        "effect": "whitelist_ended",
        "statement": "Old firmware.",
    }
    assert client.post(f"{own}/decision", data=decision).status_code == 422
    _post(client, f"{own}/decision", decision | {"reason": "Firmware is not updated."})
    assert ended == [Effect.WHITELIST_ENDED]
    client.headers["Cookie"] = "lang=en"
    public = client.get(f"/spot-checks/checks/{check.id}").text
    assert "Old firmware." in public
    for hidden in ("Two years old", "Seen on site.", person.name, "Firmware is not updated."):
        assert hidden not in public
    assert "To be mended by a day" in client.get("/spot-checks/findings").text


def test_a_region_sees_its_own_checks_only(client: TestClient, db: Session) -> None:
    check, *_people = a_check(db)
    own = f"/desk/spot-checks/{check.id}"
    draw = f"/desk/spot-checks/draws/{check.draw_id}"
    sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=GUANGZHOU))
    assert client.get(own).status_code == client.get(draw).status_code == 404
    assert "No vendor of your region" in client.get("/desk/spot-checks").text
    sign_in(client, db, staff(db, StaffRole.PUBLISHER, region=DONGGUAN))
    assert client.get(own).status_code == 200
    assert client.get(draw).status_code == 404
    assert "甲乙软件" in client.get("/desk/spot-checks").text


def test_a_draw_that_is_given_up_stays_public_with_its_reason(
    client: TestClient, db: Session
) -> None:
    a_vendor(db, "东莞市甲乙软件有限公司")
    an_inspector(db)
    draw = preparing.prepare(db, a_wish(), by=a_publisher(db))
    db.flush()
    sign_in(client, db, staff(db, StaffRole.PUBLISHER))
    drop = f"/desk/spot-checks/draws/{draw.id}/drop"
    _post(client, drop, {"reason": "The list was out of date."})
    assert "The list was out of date." in client.get(f"/spot-checks/{draw.id}").text
    assert client.post(f"/desk/spot-checks/draws/{draw.id}/make").status_code == 409
