"""Codes that work once: an organiser hands them out, for a seat or for another price."""

import secrets
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.bookings import occupancy
from app.bookings.models import Code, CodeKind, Order, Sitting
from app.bookings.stages import ENDED
from app.catalogue.identifiers import ALPHABET
from app.core import audit
from app.core.db import now
from app.core.errors import Conflict, Invalid
from app.core.i18n import mark

LENGTH = 10
MOST_CODES = 200  # made at once
LONGEST_NOTE = 200
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None})


class BadCode(Invalid):
    """The code that was typed is not good for this; the sentence stands beside its field."""


def make(
    db: Session,
    sitting: Sitting,
    kind: CodeKind,
    price: int | None,
    how_many: int,
    note: str,
    *,
    by: Visitor,
) -> list[Code]:
    """New codes of a sitting; those of the kind `price` say what one seat costs, in fen."""
    if not 1 <= how_many <= MOST_CODES:
        raise Invalid("Make between 1 and {most} codes at once.", most=MOST_CODES)
    if kind is CodeKind.PRICE and (price is None or not 0 <= price < sitting.price):
        raise Invalid("Say a price below that of the sitting.")
    said: dict[str, Any] = {"kind": kind, "price": price if kind is CodeKind.PRICE else None}
    known: dict[str, Any] = {"sitting_id": sitting.id, "note": note.strip()[:LONGEST_NOTE], **said}
    made = [Code(text=_new_text(), created_by=by.person_id, **known) for _ in range(how_many)]
    db.add_all(made)
    audit.record(db, by, "sitting.codes_made", sitting, how_many=how_many, **said)
    return made


def withdraw(db: Session, code: Code, *, by: Visitor) -> None:
    """A code that nobody used works no more; raises `Conflict` for one in use."""
    sitting = occupancy.hold_sitting(db, code.sitting_id)
    db.refresh(code)
    if code.used_at:
        raise Conflict("This code is in use. Cancel the booking that uses it instead.")
    if code.withdrawn_at is None:
        code.withdrawn_at = now()
        db.add(code)
        audit.record(db, by, "sitting.code_withdrawn", sitting, code=str(code.id))


def of_sitting(db: Session, sitting: Sitting) -> list[Code]:
    """Its codes, the newest first."""
    chosen = select(Code).where(Code.sitting_id == sitting.id)
    return list(db.exec(chosen.order_by(col(Code.created_at).desc(), col(Code.text))))


def use(db: Session, sitting: Sitting, text: str, order: Order) -> Code | None:
    """Spend what was typed on an order, while the sitting is held; None where none is needed.

    Raises `BadCode` for one that is missing, wrong, spent, or of no use here.
    """
    if not text.strip():
        if sitting.by_code_only:
            raise BadCode(mark("Seats of this sitting are given by code only. Type yours."))
        return None
    code = _find(db, sitting, text)
    if code is None or code.withdrawn_at:
        raise BadCode(mark("There is no such code for this sitting. Look at it again."))
    if code.used_at:
        raise BadCode(mark("This code has been used already; each works once."))
    if code.kind == CodeKind.ACCESS and not sitting.by_code_only:
        raise BadCode(mark("Seats of this sitting need no code. Leave it empty."))
    code.used_at, order.code_id = now(), code.id
    db.add(code)
    return code


def free(db: Session, order: Order) -> None:
    """The code of an order that ended without a seat works again."""
    code = db.get(Code, order.code_id) if order.code_id else None
    if code:
        code.used_at = None
        db.add(code)


def use_again(db: Session, order: Order) -> bool:
    """Spend the code of an order that comes back; False when another order has it now."""
    if order.code_id is None:
        return True
    others = select(Order.id).where(
        Order.code_id == order.code_id, Order.id != order.id, col(Order.stage).not_in(ENDED)
    )
    if db.exec(others.limit(1)).first():
        return False
    code = db.get_one(Code, order.code_id)
    code.used_at = now()
    db.add(code)
    return True


def price_with(sitting: Sitting, code: Code | None) -> int:
    """What one seat costs, in fen."""
    if code is None or code.price is None:
        return sitting.price
    return min(code.price, sitting.price)


def shown(code: Code) -> str:
    """A code as people read it: in two halves."""
    half = LENGTH // 2
    return f"{code.text[:half]}-{code.text[half:]}"


def _find(db: Session, sitting: Sitting, text: str) -> Code | None:
    plain = text.upper().translate(MISREAD)
    if not (plain.isascii() and plain.isalnum() and len(plain) <= LENGTH):
        return None
    chosen = select(Code).where(Code.sitting_id == sitting.id, Code.text == plain)
    return db.exec(chosen.execution_options(populate_existing=True)).first()


def _new_text() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)).upper()
