"""The parts of a manufacturer's certification: what is asked in each, and how it is checked."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.accounts.invitations import email_fault, tidy_email
from app.accounts.models import Certification
from app.accounts.organisations import code_fault, tidy_code, tidy_name
from app.catalogue import labels
from app.catalogue.index import get_vocabulary
from app.catalogue.models import Organisation
from app.core.formats import today
from app.core.i18n import _, mark

WAN_IN_FEN = 10_000 * 100
LONGEST = 200
EARLIEST = date(1850, 1, 1)
_PHONE = re.compile(r"\+?\d{7,15}")
_ACCOUNT = re.compile(r"\d{8,32}")
_LEVELS = frozenset({"city", "county", "town"})

Values = dict[str, Any]
Errors = dict[str, str]


class Part(StrEnum):
    """What a certification consists of, in the order in which it is asked."""

    REGISTER = "register"
    LICENCE = "licence"
    BANK = "bank"
    CONTACT = "contact"
    PROMISE = "promise"


PART_NAMES = {
    Part.REGISTER: mark("Register data"),
    Part.LICENCE: mark("Business licence"),
    Part.BANK: mark("Bank account"),
    Part.CONTACT: mark("Contact person"),
    Part.PROMISE: mark("Promise"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is still missing, and the part where it is given."""

    part: Part
    text: str


def gaps(certification: Certification) -> list[Gap]:
    """What has to be there before it can be handed in; the bank account may come later."""
    missing = []
    if not certification.register_confirmed_at:
        missing.append(Gap(Part.REGISTER, _("Write the register data and confirm them.")))
    if not (certification.region and certification.industry):
        missing.append(Gap(Part.REGISTER, _("Choose the region and the industry.")))
    if certification.revenue is None:
        missing.append(Gap(Part.REGISTER, _("Write last year's revenue.")))
    if not certification.licence_id:
        missing.append(Gap(Part.LICENCE, _("Add the business licence.")))
    if not certification.contact:
        missing.append(Gap(Part.CONTACT, _("Name somebody who can be asked.")))
    return missing


def done(certification: Certification) -> set[Part]:
    """The parts with nothing left to do."""
    open_parts = {gap.part for gap in gaps(certification)}
    if not certification.bank:
        open_parts.add(Part.BANK)
    if not certification.promised_at:
        open_parts.add(Part.PROMISE)
    return set(Part) - open_parts


def regions() -> list[tuple[str, str]]:
    """Every city, county and town that may be chosen, cities before what lies in them."""
    known = get_vocabulary().regions
    codes = sorted(code for code, region in known.items() if region.level in _LEVELS)
    return [(code, labels.region_label(code)) for code in codes]


def industries() -> list[tuple[str, str]]:
    """The divisions of GB/T 4754 with their codes."""
    known = get_vocabulary().industries
    codes = sorted(code for code, industry in known.items() if industry.level == "division")
    return [(code, f"{code} {labels.code_label('industry', code)}") for code in codes]


def read_register(
    posted: Values, organisation: Organisation, *, whole: bool
) -> tuple[Values, Errors]:
    """The data of the business register; a draft may lack some, what is confirmed may not."""
    values = {
        "name": tidy_name(posted["name"]),
        "credit_code": organisation.credit_code or tidy_code(posted["credit_code"]),
        "address": " ".join(posted["address"].split()),
        "founded_on": posted["founded_on"].strip(),
    }
    errors = _too_long(values, "name", "address")
    if values["credit_code"] and (fault := code_fault(values["credit_code"])):
        errors["credit_code"] = fault
    if values["founded_on"] and (fault := _day_fault(values["founded_on"])):
        errors["founded_on"] = fault
    empty = {name: _("Write this as it stands in the register.") for name in values}
    if whole:
        errors |= {name: said for name, said in empty.items() if not values[name]}
    return values, errors


def _too_long(values: Values, *names: str) -> Errors:
    said = _("Write at most {n} characters.", n=LONGEST)
    return {name: said for name in names if len(values[name]) > LONGEST}


def _day_fault(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _("Write a date like 2009-03-31.")
    return "" if EARLIEST <= day <= today() else _("This day cannot be right.")


def read_business(posted: Values) -> tuple[Values, Errors]:
    """Region, industry and last year's revenue, which is typed in 10,000 CNY."""
    values: Values = {name: posted[name] or None for name in ("region", "industry")}
    errors = {}
    known = get_vocabulary()
    if values["region"] and values["region"] not in dict(regions()):
        errors["region"] = _("Choose a place from the list.")
    if values["industry"] and values["industry"] not in known.industries:
        errors["industry"] = _("Choose an industry from the list.")
    values["revenue"], fault = _revenue(posted["revenue"])
    if fault:
        errors["revenue"] = fault
    return values, errors


def _revenue(text: str) -> tuple[int | None, str]:
    plain = tidy_name(text).replace(",", "")
    if not plain:
        return None, ""
    try:
        fen = Decimal(plain) * WAN_IN_FEN
    except InvalidOperation:
        return None, _("Write a number, like 1250 or 1250.5.")
    if not fen.is_finite() or not 0 <= fen < 10**17:
        return None, _("This amount cannot be right.")
    return round(fen), ""


def read_bank(posted: Values) -> tuple[Values, Errors]:
    """The account that support would be paid to."""
    values = {
        "holder": tidy_name(posted["holder"]),
        "bank": tidy_name(posted["bank"]),
        "account": re.sub(r"[\s-]", "", tidy_name(posted["account"])),
    }
    errors = {name: _("Write this down too.") for name, value in values.items() if not value}
    errors |= _too_long(values, "holder", "bank")
    if values["account"] and not _ACCOUNT.fullmatch(values["account"]):
        errors["account"] = _("An account number has 8 to 32 digits.")
    return values, errors


def read_contact(posted: Values) -> tuple[Values, Errors]:
    """Somebody in the organisation who can be asked."""
    values = {
        "person": tidy_name(posted["person"]),
        "position": tidy_name(posted["position"]),
        "phone": re.sub(r"[\s()-]", "", tidy_name(posted["phone"])),
        "email": tidy_email(posted["email"]),
    }
    errors = _too_long(values, "person", "position")
    if not values["person"]:
        errors["person"] = _("Write down a name.")
    if not _PHONE.fullmatch(values["phone"]):
        errors["phone"] = _("Write a telephone number with its area code.")
    if values["email"] and (fault := email_fault(values["email"])):
        errors["email"] = fault
    return values, errors


def as_typed(certification: Certification, organisation: Organisation) -> dict[str, str]:
    """What was saved of every part, as its fields show it again."""
    known = {"name": organisation.name, "credit_code": organisation.credit_code or ""}
    return {
        **known,
        **certification.register_data,
        "region": certification.region or "",
        "industry": certification.industry or "",
        "revenue": typed_revenue(certification.revenue),
        **certification.bank,
        **certification.contact,
    }


def typed_revenue(fen: int | None) -> str:
    """A revenue as it was typed, in 10,000 CNY."""
    return "" if fen is None else f"{Decimal(fen) / WAN_IN_FEN:f}"
