"""The second factor: codes of an app (TOTP, RFC 6238), each good once, and recovery codes."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, func, select

from app.accounts import entering, throttle
from app.accounts.models import Person, RecoveryCode
from app.accounts.sessions import oneself
from app.accounts.visitor import Visitor
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Forbidden
from app.core.settings import get_settings

ISSUER = "粤工汇"
STEP = 30  # seconds
DRIFT = (0, -1, 1)  # steps that a clock may be off
CODES = 10
SEALED = 15 * 60  # seconds in which a set-up must be finished
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none is taken for another


@dataclass(frozen=True, slots=True)
class SetUp:
    """A secret on its way into somebody's app: sealed, it waits in the form, not with us."""

    secret: str
    sealed: str

    @property
    def grouped(self) -> str:
        """The secret as people type it, in fours."""
        return " ".join(re.findall(".{1,4}", self.secret))


def prepare(visitor: Visitor) -> SetUp:
    """A new secret for the visitor; nothing changes until a code of it is right."""
    secret = pyotp.random_base32()
    said = json.dumps([str(visitor.person_id), secret])
    return SetUp(secret, _cipher("set-up").encrypt(said.encode()).decode())


def reopen(visitor: Visitor, sealed: str) -> SetUp | None:
    """The secret that a form brings back; None for another person's, a forged or an old one."""
    try:
        said = _cipher("set-up").decrypt(sealed.encode(), ttl=SEALED)
    except InvalidToken:
        return None
    person_id, secret = json.loads(said)
    return SetUp(secret, sealed) if person_id == str(visitor.person_id) else None


def picture(visitor: Visitor, set_up: SetUp) -> bytes:
    """What the app photographs: the secret as a QR code (SVG)."""
    uri = pyotp.TOTP(set_up.secret).provisioning_uri(name=visitor.email, issuer_name=ISSUER)
    drawn: str = segno.make(uri, error="m").svg_inline(scale=5, border=3, light="#fff")
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).encode()


def may_set_up(person: Person, visitor: Visitor) -> bool:
    """Who has one must show it before they replace it: a password alone is not enough."""
    return person.totp_since is None or visitor.has_second_factor


def set_up(db: Session, prepared: SetUp, code: str, *, by: Visitor) -> list[str] | None:
    """Begin to use the secret, once a code of it is right; returns new recovery codes."""
    person = db.get_one(Person, by.person_id)
    if not may_set_up(person, by):
        raise Forbidden("Show your present second factor before you replace it.")
    throttle.count(db, throttle.CODES, by.person_id)
    step = _step_of(prepared.secret, code)
    if step is None:
        return None
    throttle.forgive(db, throttle.CODES, by.person_id)
    keep(person, prepared.secret)
    person.totp_step = step
    audit.record(db, by, "second_factor.set", person)
    entering.warn(db, person, "second_factor_set")
    return _fresh_codes(db, person)


def keep(person: Person, secret: str) -> None:
    """Make a secret the person's second factor."""
    person.totp_secret = _cipher("totp").encrypt(secret.encode()).decode()
    person.totp_since, person.totp_step = now(), None


def is_proven(db: Session, said: str, *, by: Visitor) -> bool:
    """Whether a code of the app or a recovery code is right; either is good once."""
    throttle.count(db, throttle.CODES, by.person_id)
    person = db.get_one(Person, by.person_id)
    code = "".join(said.split())
    is_right = _take_step(db, person, code) if code.isdecimal() else _take_code(db, person, code)
    if is_right:
        throttle.forgive(db, throttle.CODES, by.person_id)
    return is_right


def _take_step(db: Session, person: Person, code: str) -> bool:
    step = _step_of(_secret(person), code)
    if step is None:
        return False
    unused = or_(col(Person.totp_step).is_(None), col(Person.totp_step) < step)
    chosen = update(Person).where(col(Person.id) == person.id, unused).values(totp_step=step)
    return db.execute(chosen.returning(col(Person.id))).first() is not None


def _take_code(db: Session, person: Person, code: str) -> bool:
    is_open = (col(RecoveryCode.code) == _hash(code), col(RecoveryCode.used_at).is_(None))
    mine = update(RecoveryCode).where(col(RecoveryCode.person_id) == person.id, *is_open)
    taken = db.execute(mine.values(used_at=now()).returning(col(RecoveryCode.id))).first()
    if taken is None:
        return False
    audit.record(db, oneself(person), "recovery_code.used", person)
    entering.warn(db, person, "recovery_code_used")
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The step whose code this is, now or one step to either side."""
    present = int(now().timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    said = "".join(code.split()).encode()
    steps = [present + off for off in DRIFT]
    return next((s for s in steps if compare_digest(totp.generate_otp(s).encode(), said)), None)


def _secret(person: Person) -> str:
    try:
        return _cipher("totp").decrypt(str(person.totp_secret).encode()).decode()
    except InvalidToken as error:
        raise Conflict(
            "Your second factor cannot be read since the key of this service changed. Use a "
            "recovery code, or ask its administrator."
        ) from error


def count_codes(db: Session, visitor: Visitor) -> int:
    """How many recovery codes are left."""
    mine = (RecoveryCode.person_id == visitor.person_id, col(RecoveryCode.used_at).is_(None))
    return db.exec(select(func.count()).select_from(RecoveryCode).where(*mine)).one()


def renew_codes(db: Session, *, by: Visitor) -> list[str]:
    """New recovery codes; the earlier ones are worthless."""
    person = _proven(db, by)
    audit.record(db, by, "recovery_codes.renewed", person)
    return _fresh_codes(db, person)


def switch_off(db: Session, *, by: Visitor) -> None:
    """Do without a second factor; the staff may not."""
    if by.is_staff:
        raise Forbidden("Your role needs a second factor; it can be replaced, not switched off.")
    person = _proven(db, by)
    remove(db, person)
    audit.record(db, by, "second_factor.removed", person)
    entering.warn(db, person, "second_factor_removed")


def remove(db: Session, person: Person) -> None:
    """Forget somebody's second factor and recovery codes."""
    person.totp_secret = person.totp_since = person.totp_step = None
    db.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person.id))


def _proven(db: Session, by: Visitor) -> Person:
    person = db.get_one(Person, by.person_id)
    if not by.has_second_factor or person.totp_since is None:
        raise Forbidden("Show your second factor first.")
    return person


def _fresh_codes(db: Session, person: Person) -> list[str]:
    db.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person.id))
    codes = [_random(5) + "-" + _random(5) for _ in range(CODES)]
    db.add_all(RecoveryCode(person_id=person.id, code=_hash(code)) for code in codes)
    return codes


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _hash(code: str) -> str:
    bare = re.sub(r"[^A-Z0-9]", "", code.upper())
    return hashlib.sha256(bare.encode()).hexdigest()


def _cipher(purpose: str) -> Fernet:
    return _derived(get_settings().secret_key.get_secret_value(), purpose)


@lru_cache
def _derived(key: str, purpose: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"pool {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(key.encode())))
