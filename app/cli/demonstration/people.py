"""One account of each role; passwords and second factors follow from a key of this installation."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts import passwords, second_factor
from app.accounts.models import Appointment, MemberRole, Membership, Person, StaffRole
from app.catalogue.models import Organisation
from app.core.db import now
from app.core.i18n import mark
from app.core.settings import get_settings

PROVINCE, DONGGUAN, QINGYUAN, LIANNAN, GUANGZHOU = "440000", "441900", "441800", "441826", "440100"
FOSHAN = "440600"
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


VENDOR, SMALL, FACTORY, METALWORKS, MOULDER = "vendor", "small", "factory", "metalworks", "moulder"
BUREAU = "bureau"
ORGANISATIONS = {
    VENDOR: ("（演示）瑶山联网科技有限公司", HOME),
    SMALL: ("（演示）小匠软件工作室", HOME),
    FACTORY: ("（演示）样板注塑厂", DONGGUAN),
    METALWORKS: ("（演示）样板五金厂", FOSHAN),
    MOULDER: ("（演示）样板模具厂", FOSHAN),
    BUREAU: ("（演示）连南数字化转型服务中心", HOME),
}

NAMES = {
    "owner": "演示负责人",
    "editor": "演示编辑",
    "viewer": "演示同事",
    "small": "演示小企业主",
    "factory": "演示厂长",
    "metalworks": "演示五金厂主",
    "moulder": "演示模具厂主",
    "bureau": "演示中心主任",
    "learner": "演示学员",
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
ACCOUNTS = (
    Account("owner", mark("vendor: owner"), organisation=VENDOR, member=MemberRole.OWNER),
    Account("editor", mark("vendor: editor"), organisation=VENDOR, member=MemberRole.EDITOR),
    Account("viewer", mark("vendor: viewer"), organisation=VENDOR, member=MemberRole.VIEWER),
    Account("small", mark("small vendor: owner"), organisation=SMALL, member=MemberRole.OWNER),
    Account("factory", mark("manufacturer: owner"), organisation=FACTORY, member=MemberRole.OWNER),
    Account(
        "metalworks", mark("manufacturer: owner"), organisation=METALWORKS, member=MemberRole.OWNER
    ),
    Account("moulder", mark("manufacturer: owner"), organisation=MOULDER, member=MemberRole.OWNER),
    Account("bureau", mark("government body: owner"), organisation=BUREAU, member=MemberRole.OWNER),
    Account("learner", mark("participant of trainings")),
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
BY_KEY: Mapping[str, Account] = {account.key: account for account in ACCOUNTS}


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
    """The organisations and the people, by key; those that are not there yet are added."""
    names = {name: key for key, (name, _region) in ORGANISATIONS.items()}
    known = db.exec(select(Organisation).where(col(Organisation.name).in_(names)))
    organisations = {names[one.name]: one for one in known}
    for key, (name, region) in ORGANISATIONS.items():
        organisations.setdefault(key, Organisation(name=name, region=region))
    emails = {account.email: account for account in ACCOUNTS}
    found = db.exec(select(Person).where(col(Person.email).in_(emails)))
    people = {emails[one.email].key: one for one in found}
    added = [account for account in ACCOUNTS if account.key not in people]
    people |= {account.key: _person(account) for account in added}
    db.add_all([*organisations.values(), *people.values()])
    db.flush()  # roles refer to them
    for account in added:
        _give_role(db, account, people[account.key], organisations)
    db.flush()  # whoever acts below is found with their roles
    return people, organisations


def _give_role(
    db: Session, account: Account, person: Person, organisations: Mapping[str, Organisation]
) -> None:
    if account.staff:
        db.add(Appointment(person_id=person.id, role=account.staff, region=account.region))
    if account.member:
        own = organisations[account.organisation]
        db.add(Membership(organisation_id=own.id, person_id=person.id, role=account.member))


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
