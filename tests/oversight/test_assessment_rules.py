"""Assessments: two people, five domains, and no longer than their level allows."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core import formats
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.files import Attachment
from app.curation.oversight import assessing
from app.curation.oversight.assessing import Evidence, last_day
from app.curation.oversight.models import AssessmentStage, Domain
from tests.oversight.setting import a_publisher, a_vendor, an_assessment, an_inspector, found

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_level_three_holds_for_a_year_at_the_longest(db: Session) -> None:
    assert last_day(date(2026, 3, 1), 3) == date(2027, 2, 28)
    assert last_day(date(2028, 2, 29), 3) == date(2029, 2, 28)
    vendor, inspector = a_vendor(db), an_inspector(db)
    with pytest.raises(Invalid, match="at the longest"):
        assessing.write(db, vendor, found(days=366, data=3), by=inspector)
    assert assessing.write(db, vendor, found(days=364, data=3), by=inspector)
    assert assessing.write(db, vendor, found(days=1000, data=2), by=inspector)


def test_who_wrote_it_cannot_confirm_it_not_even_past_the_rules(db: Session) -> None:
    inspector = an_inspector(db)
    draft = assessing.write(db, a_vendor(db), found(), by=inspector)
    db.flush()
    with pytest.raises(Forbidden, match="wrote"):
        assessing.confirm(db, draft, seen=1, by=inspector)
    draft.confirmed_by = inspector.person_id
    with pytest.raises(IntegrityError):
        db.flush()


def test_only_a_complete_draft_as_it_was_seen_is_confirmed(db: Session) -> None:
    vendor, inspector, publisher = a_vendor(db), an_inspector(db), a_publisher(db)
    said = found()
    empty = assessing.Found(
        said.levels, {**said.findings, Domain.DATA: ""}, said.valid_from, said.valid_until
    )
    draft = assessing.write(db, vendor, empty, by=inspector)
    db.flush()
    with pytest.raises(Conflict, match="no finding"):
        assessing.confirm(db, draft, seen=1, by=publisher)
    assessing.rewrite(db, draft, said, seen=1, by=inspector)
    with pytest.raises(Conflict, match="Somebody else"):
        assessing.confirm(db, draft, seen=1, by=publisher)
    assessing.confirm(db, draft, seen=2, by=publisher)
    with pytest.raises(Conflict, match="as it stands now"):
        assessing.rewrite(db, draft, said, seen=3, by=inspector)


def test_nobody_else_changes_a_draft(db: Session) -> None:
    draft = assessing.write(db, a_vendor(db), found(), by=an_inspector(db))
    db.flush()
    with pytest.raises(Forbidden, match="Only who wrote"):
        assessing.rewrite(db, draft, found(), seen=1, by=an_inspector(db))


def test_evidence_stays_with_its_domain_until_it_is_taken_away(db: Session) -> None:
    inspector = an_inspector(db)
    files = [Evidence(Domain.DATA, "漏洞扫描.exe", PDF), Evidence(Domain.DEVICE, "台账.pdf", PDF)]
    draft = assessing.write(db, a_vendor(db), found(), files, by=inspector)
    db.flush()
    kept = assessing.files_of(db, draft)
    (data,) = assessing.evidence_of(draft, Domain.DATA)
    assert kept[data].name == "漏洞扫描.pdf"
    assessing.rewrite(db, draft, found(), (), [data], seen=1, by=inspector)
    assert assessing.evidence_of(draft, Domain.DATA) == []
    assert len(assessing.evidence_of(draft, Domain.DEVICE)) == 1
    db.flush()
    assert db.get(Attachment, UUID(data)) is None


def test_a_vendor_sees_its_confirmed_assessments_alone(db: Session) -> None:
    vendor = a_vendor(db)
    confirmed = an_assessment(db, vendor)
    assessing.write(db, vendor, found(), by=an_inspector(db))
    an_assessment(db, a_vendor(db, name="穗联工业互联网有限公司"))
    assert assessing.confirmed_of(db, vendor.organisation_id) == [confirmed]
    assert confirmed.stage == AssessmentStage.CONFIRMED
    assert confirmed.valid_from == formats.today()
