"""The certification of manufacturers: four parts, a promise, and the region's decision."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts import certification as rules
from app.accounts.certification_parts import Part, read_business
from app.accounts.models import Certification, CertificationStage, MemberRole, Person, StaffRole
from app.accounts.visitor import Visitor
from app.catalogue.models import Organisation
from app.core import files
from app.core.audit import AuditEntry
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.files import Attachment
from app.core.mail import Mail
from app.core.outbox import Job
from app.core.settings import get_settings
from tests.people import (
    DONGGUAN,
    GUANGZHOU,
    PROVINCE,
    a_member,
    an_organisation,
    sign_in,
    staff,
    visitor,
)

CODE = "91440300708461136T"
HOME = "/account/certification"
REGISTER = {"name": "东莞某厂", "address": "东莞市长安镇一号", "founded_on": "2009-03-31"}
BUSINESS = {"region": DONGGUAN, "industry": "C34", "revenue": "10,000.5"}
CONTACT = {"person": "王工", "phone": "0769-8100 0000", "email": "wang@example.com"}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CERTIFIED, RETURNED = CertificationStage.CERTIFIED, CertificationStage.RETURNED


def a_manufacturer(db: Session) -> tuple[Organisation, Visitor]:
    organisation = an_organisation(db, name="东莞某厂", credit_code=CODE)
    return organisation, visitor(db, a_member(db, organisation.id), organisation.id)


def handed_in(db: Session) -> tuple[Certification, Visitor]:
    """The certification of a manufacturer in Dongguan, handed in by its owner."""
    _organisation, owner = a_manufacturer(db)
    rules.write_register(db, 1, {**REGISTER, "credit_code": CODE}, confirmed=True, by=owner)
    rules.write(db, Part.REGISTER, 2, read_business(BUSINESS)[0], by=owner)
    rules.keep_licence(db, 3, PDF, "执照.pdf", by=owner)
    rules.write(db, Part.CONTACT, 4, CONTACT, by=owner)
    rules.submit(db, 5, promised=True, by=owner)
    db.flush()
    return rules.own(db, owner)[0], owner


def an_official(db: Session, region: str = DONGGUAN) -> Visitor:
    return visitor(db, staff(db, StaffRole.REVIEWER, region=region))


def test_a_manufacturer_fills_it_in_part_by_part(client: TestClient, db: Session) -> None:
    organisation, owner = a_manufacturer(db)
    sign_in(client, db, db.get_one(Person, owner.person_id), organisation.id)

    def send(part: str, version: int, status: int = 303, **more: Any) -> str:
        data = {"version": str(version), **more.pop("data", {})}
        answer = client.post(f"{HOME}/{part}", data=data, follow_redirects=False, **more)
        assert answer.status_code == status, answer.text
        return client.get(HOME).text if status == 303 else answer.text

    page = client.get(HOME).text
    assert "Before it can be handed in" in page
    assert CODE in page
    page = send("register", 1, 422, data={**REGISTER, "founded_on": "31.3.09", "act": "confirm"})
    assert "Write a date like" in page
    assert "长安镇一号" in page
    send("register", 1, data={"address": "东莞市", "act": "save"})
    page = send("register", 2, data={**REGISTER, "act": "confirm"})
    assert "and locked" in page
    send("register", 3, 409, data={**REGISTER, "name": "另一厂", "act": "save"})
    send("business", 3, 422, data={**BUSINESS, "revenue": "viel"})
    send("business", 3, data=BUSINESS)
    send("licence", 4, 422, files={"licence": ("a.pdf", b"MZ not a licence")})
    page = send("licence", 4, files={"licence": ("执照.pdf", PDF)})
    assert "执照.pdf" in page
    send("contact", 5, 422, data={**CONTACT, "phone": "1"})
    assert "I promise for" in send("contact", 5, data=CONTACT)
    send("submit", 6, 422)
    page = send("submit", 6, data={"promise": "true"})
    assert "decides, and you get a mail" in page
    send("contact", 7, 409, data=CONTACT)
    send("bank", 7, 422, data={"account": "12"})
    bank = {"holder": "东莞某厂", "bank": "某银行", "account": "6222 0000 0000 0000"}
    assert "6222000000000000" in send("bank", 7, data=bank)
    made = db.exec(select(Certification)).one()
    assert made.revenue == 10_000_500_000
    download = client.get(f"{HOME}/licence")
    assert download.content == PDF
    assert download.headers["content-disposition"].startswith("attachment;")
    assert download.headers["x-content-type-options"] == "nosniff"


def test_the_second_writer_is_told_and_keeps_what_they_typed(
    client: TestClient, db: Session
) -> None:
    organisation, owner = a_manufacturer(db)
    rules.write(db, Part.CONTACT, 1, CONTACT, by=owner)
    sign_in(client, db, a_member(db, organisation.id), organisation.id)
    answer = client.post(f"{HOME}/contact", data={**CONTACT, "person": "李工", "version": "1"})
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text
    assert "李工" in answer.text
    assert rules.own(db, owner)[0].contact["person"] == "王工"


def test_only_owners_ask_and_strangers_see_no_licence(client: TestClient, db: Session) -> None:
    certification, _owner = handed_in(db)
    editor = a_member(db, certification.organisation_id, MemberRole.EDITOR)
    sign_in(client, db, editor, certification.organisation_id)
    assert client.get(HOME).status_code == 403
    assert client.get(f"{HOME}/licence").status_code == 200
    other = an_organisation(db)
    sign_in(client, db, a_member(db, other.id), other.id)
    assert client.get(f"{HOME}/licence").status_code == 404
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=GUANGZHOU))
    for place in ("", "/licence"):
        answer = client.get(f"/desk/certifications/{certification.id}{place}")
        assert answer.status_code == 404
    assert "东莞某厂" not in client.get("/desk/certifications?stage=all").text


def test_the_city_decides_with_a_reason(client: TestClient, db: Session) -> None:
    certification, owner = handed_in(db)
    sign_in(client, db, staff(db, StaffRole.REVIEWER, region=DONGGUAN))
    assert "东莞某厂" in client.get("/desk/certifications").text
    place = f"/desk/certifications/{certification.id}"
    page = client.get(place).text
    assert "长安镇一号" in page
    assert "Handed in" in page
    assert client.get(f"{place}/licence").content == PDF
    for wrong in ({"why": "好"}, {"decision": "certified"}, {"decision": "refused", "why": "否"}):
        assert client.post(place, data=wrong).status_code == 422
    said = {"decision": "certified", "why": "材料齐全"}
    assert client.post(place, data=said, follow_redirects=False).status_code == 303
    assert "材料齐全" in client.get(place).text
    assert client.post(place, data=said).status_code == 409
    told = db.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert told
    assert told.to == owner.email
    assert "材料齐全" in told.text
    entry = db.exec(select(AuditEntry).where(AuditEntry.action == "certification.certified")).one()
    assert (entry.why, entry.before, entry.after) == (
        "材料齐全",
        {"stage": "submitted"},
        {"stage": "certified", "code": None},
    )


def test_what_was_returned_is_put_right_and_handed_in_again(db: Session) -> None:
    certification, owner = handed_in(db)
    back = rules.Decision(RETURNED, "地址不符", "contradiction", unlocks=True)
    rules.decide(db, certification, back, by=an_official(db))
    version = certification.version
    register = {**REGISTER, "address": "东莞市虎门镇二号", "credit_code": CODE}
    rules.write_register(db, version, register, confirmed=True, by=owner)
    rules.submit(db, version + 1, promised=True, by=owner)
    db.flush()
    assert certification.reason is None
    rules.decide(db, certification, rules.Decision(CERTIFIED, "已核"), by=an_official(db))
    assert certification.stage == CERTIFIED


def test_after_a_refusal_it_can_be_asked_for_again(db: Session) -> None:
    certification, owner = handed_in(db)
    said = rules.Decision(CertificationStage.REFUSED, "不是制造企业", "ineligible")
    rules.decide(db, certification, said, by=an_official(db))
    with pytest.raises(Conflict):
        rules.write(db, Part.CONTACT, certification.version, CONTACT, by=owner)
    rules.start_again(db, by=owner)
    assert certification.stage == CertificationStage.DRAFT
    assert certification.register_confirmed_at is None


def test_a_licence_gives_way_to_the_next_with_its_bytes(
    db: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_HOME", str(tmp_path))
    get_settings.cache_clear()
    _organisation, owner = a_manufacturer(db)
    other = PDF + b"%2\n"
    for version, content in enumerate((PDF, other, other), start=1):
        rules.keep_licence(db, version, content, "执照.pdf", by=owner)
        db.flush()
    kept = db.exec(select(Attachment)).one()
    assert files.read(kept) == other
    assert rules.own(db, owner)[0].licence_id == kept.id
    for waiting in db.exec(select(Job).where(Job.name == "files.drop")).all():
        files.drop(db, [waiting.payload])
    found = (tmp_path / "files").rglob("*")
    assert [path.name for path in found if path.is_file()] == [kept.sha256]
    get_settings.cache_clear()


def test_neither_the_province_nor_a_stranger_nor_a_member_decides(db: Session) -> None:
    certification, owner = handed_in(db)
    yes = rules.Decision(CERTIFIED, "好")
    with pytest.raises(Forbidden, match="city or county"):
        rules.decide(db, certification, yes, by=an_official(db, PROVINCE))
    with pytest.raises(NotFound):
        rules.find_for(db, an_official(db, "441900119"), certification.id)
    certification.region = "441900119"
    with pytest.raises(Forbidden, match="city or county"):
        rules.decide(db, certification, yes, by=an_official(db, "441900119"))
    official = an_official(db)
    member = visitor(db, a_member(db, certification.organisation_id))
    for one in (owner, member):
        both = visitor(
            db,
            db.get_one(Person, one.person_id),
            staff_roles=official.staff_roles,
            scope=official.scope,
        )
        with pytest.raises(Forbidden, match="You belong"):
            rules.decide(db, certification, yes, by=both)
