"""One account of each role; passwords and second factors follow from a key of this installation."""

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass

from sqlmodel import Session

from app.accounts import passwords, second_factor
from app.accounts.models import Appointment, MemberRole, Membership, Person, StaffRole
from app.catalogue.models import Organisation
from app.core.db import now
from app.core.i18n import mark
from app.core.settings import get_settings

PROVINCE, DONGGUAN, QINGYUAN, LIANNAN, GUANGZHOU = "440000", "441900", "441800", "441826", "440100"
# No list names a vendor in this county, so a draw there touches nobody who exists.
HOME = LIANNAN


@dataclass(frozen=True, slots=True)
class Account:
    """An account: for staff a role and a region, for others a role in an organisation."""

    key: str
    what: str
    staff: StaffRole | None = None
    region: str = ""
    organisation: str = ""
    member: MemberRole | None = None

    @property
    def email(self) -> str:
        """An address under a name that is reserved for examples (RFC 2606)."""
        return f"{self.key}@demo.example"


VENDOR, SMALL, FACTORY = "vendor", "small", "factory"
HARDWARE, ELECTRONICS, UNCLAIMED = "hardware", "electronics", "unclaimed"
ORGANISATIONS = {
    VENDOR: ("（演示）瑶山联网科技有限公司", HOME),
    SMALL: ("（演示）小匠软件工作室", HOME),
    FACTORY: ("（演示）样板注塑厂", DONGGUAN),
    HARDWARE: ("（演示）示范五金厂", DONGGUAN),
    ELECTRONICS: ("（演示）样例电子厂", GUANGZHOU),
}

NAMES = {
    "owner": "演示负责人",
    "editor": "演示编辑",
    "viewer": "演示同事",
    "small": "演示小企业主",
    "factory": "演示厂长",
    "hardware": "演示五金厂长",
    "electronics": "演示电子厂长",
    "city-reviewer": "演示清远审核员",
    "dongguan-reviewer": "演示东莞审核员",
    "reviewer": "演示省级审核员",
    "publisher": "演示发布员甲",
    "publisher-2": "演示发布员乙",
    "inspector": "演示广州检查员",
    "inspector-2": "演示省级检查员",
    "auditor": "演示审计员",
    "administrator": "演示管理员",
}
OWNER = MemberRole.OWNER
ACCOUNTS = (
    Account("owner", mark("vendor: owner"), organisation=VENDOR, member=MemberRole.OWNER),
    Account("editor", mark("vendor: editor"), organisation=VENDOR, member=MemberRole.EDITOR),
    Account("viewer", mark("vendor: viewer"), organisation=VENDOR, member=MemberRole.VIEWER),
    Account("small", mark("small vendor: owner"), organisation=SMALL, member=MemberRole.OWNER),
    Account("factory", mark("manufacturer: owner"), organisation=FACTORY, member=MemberRole.OWNER),
    Account("hardware", mark("manufacturer: owner"), organisation=HARDWARE, member=OWNER),
    Account("electronics", mark("manufacturer: owner"), organisation=ELECTRONICS, member=OWNER),
    Account("city-reviewer", mark("staff: reviewer of a city"), StaffRole.REVIEWER, QINGYUAN),
    Account("dongguan-reviewer", mark("staff: reviewer of a city"), StaffRole.REVIEWER, DONGGUAN),
    Account("reviewer", mark("staff: reviewer of the province"), StaffRole.REVIEWER, PROVINCE),
    Account("publisher", mark("staff: publisher"), StaffRole.PUBLISHER, PROVINCE),
    Account("publisher-2", mark("staff: publisher"), StaffRole.PUBLISHER, PROVINCE),
    Account("inspector", mark("staff: inspector"), StaffRole.INSPECTOR, GUANGZHOU),
    Account("inspector-2", mark("staff: inspector"), StaffRole.INSPECTOR, PROVINCE),
    Account("auditor", mark("staff: auditor"), StaffRole.AUDITOR, PROVINCE),
    Account("administrator", mark("staff: administrator"), StaffRole.ADMINISTRATOR, PROVINCE),
)


def password(account: Account) -> str:
    """What the account signs in with here: other installations have other passwords."""
    return f"demo-{base64.b32encode(_derive('password', account))[:12].decode().lower()}"


def secret(account: Account) -> str:
    """The secret of the account's second factor (base32), which an app can be given."""
    return base64.b32encode(_derive("totp", account)[:20]).decode()


def _derive(purpose: str, account: Account) -> bytes:
    key = _key()
    said = f"demonstration:{purpose}:{account.email}".encode()
    return hmac.new(key, said, hashlib.sha256).digest()


def _key() -> bytes:
    """Made up once for each installation, so that nobody can work out another one's passwords."""
    path = get_settings().home / "demonstration.key"
    with suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_bytes()


def add_people(db: Session) -> tuple[dict[str, Person], dict[str, Organisation]]:
    """The organisations and the people, by key."""
    organisations = {
        key: Organisation(name=name, region=region) for key, (name, region) in ORGANISATIONS.items()
    }
    db.add_all(organisations.values())
    people = {account.key: _person(account) for account in ACCOUNTS}
    db.add_all(people.values())
    db.flush()  # roles refer to them
    for account in ACCOUNTS:
        person = people[account.key]
        if account.staff:
            role, region = account.staff, account.region
            db.add(Appointment(person_id=person.id, role=role, region=region))
        if account.member:
            organisation = organisations[account.organisation]
            membership = Membership(
                organisation_id=organisation.id, person_id=person.id, role=account.member
            )
            db.add(membership)
    db.flush()  # whoever acts below is found with their roles
    return people, organisations


def _person(account: Account) -> Person:
    person = Person(
        email=account.email,
        name=NAMES[account.key],
        password=passwords.hash_password(password(account)),
        verified_at=now(),
    )
    if account.staff:
        second_factor.keep(person, secret(account))
    return person
