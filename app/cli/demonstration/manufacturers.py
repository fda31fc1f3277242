"""A made-up manufacturer that asks to be certified, and waits for the city."""

import io
from typing import TYPE_CHECKING

import segno
from sqlmodel import Session

from app.accounts import certification
from app.accounts.certification_parts import Part
from app.accounts.models import Certification

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

# Nobody's: no register gives out an organisation code that spells DEM.
CODE = "91441900DEMA00013G"


def build(db: Session, story: "Story") -> None:
    """All four parts but the bank account, which may come later; handed in three days ago."""
    with story.day(3):
        owner = story.who("factory")
        register = {
            "name": "（演示）样板注塑厂",
            "credit_code": CODE,
            "address": "广东省东莞市（演示地址）",
            "founded_on": "2012-05-08",
        }
        certification.write_register(db, 1, register, confirmed=True, by=owner)
        business = {"region": "441900", "industry": "C29", "revenue": 3_600_000_000}
        certification.write(db, Part.REGISTER, _version(db, story), business, by=owner)
        licence = _picture("演示营业执照：虚构")
        certification.keep_licence(db, _version(db, story), licence, "licence.png", by=owner)
        contact = {
            "person": "演示联系人",
            "position": "厂办",
            "phone": "076900000000",
            "email": "factory@demo.example",
        }
        certification.write(db, Part.CONTACT, _version(db, story), contact, by=owner)
        certification.submit(db, _version(db, story), promised=True, by=owner)


def _version(db: Session, story: "Story") -> int:
    found: Certification = certification.own(db, story.who("factory"))[0]
    return found.version


def _picture(text: str) -> bytes:
    written = io.BytesIO()
    segno.make(text).save(written, kind="png", scale=6)
    return written.getvalue()
