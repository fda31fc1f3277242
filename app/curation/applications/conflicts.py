"""What an application may clash with: the same name, credit code or website elsewhere."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, or_, select

from app.accounts.scope import Scope
from app.catalogue.addresses import permanent_address
from app.catalogue.models import MODELS, Organisation, Record, Vendor
from app.catalogue.stages import Stage
from app.core.i18n import mark
from app.curation.applications.models import Application
from search.engine import Kind

MOST = 10
PLAIN = re.compile(r"[\w.-]+")
SAME_NAME = mark("The same name")
SAME_CODE = mark("The same credit code")
SAME_SITE = mark("The same website")
SAME_APPLICATION = mark("The same name, applied for as well")


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that may be the same thing; without an address it is not public."""

    why: str
    name: str
    href: str
    note: str = ""


def clashes(
    db: Session, application: Application, organisation: Organisation, scope: Scope
) -> list[Clash]:
    """What else may be what is applied for; to be looked at, never decided by itself.

    Outside their own region somebody sees only what is public.
    """
    return [
        *_same_name(db, application, scope),
        *_same_organisation(db, application, organisation, scope),
        *_same_application(db, application, scope),
    ]


def _same_name(db: Session, application: Application, scope: Scope) -> list[Clash]:
    model = MODELS[Kind(application.kind)]
    alike = select(model).where(
        model.name == application.name, model.id != application.record_id, _seen(model, scope)
    )
    return [_clash(SAME_NAME, record) for record in db.exec(alike.limit(MOST))]


def _seen(model: type[Record], scope: Scope) -> ColumnElement[bool]:
    if scope.is_province:
        return col(model.stage) != Stage.MERGED
    return col(model.stage) == Stage.PUBLISHED


def _same_organisation(
    db: Session, application: Application, organisation: Organisation, scope: Scope
) -> Iterable[Clash]:
    if application.kind != Kind.VENDOR:
        return
    code = application.values.get("credit_code") or organisation.credit_code
    host = _host(application.values)
    alike: list[ColumnElement[bool]] = [false()]
    if code:
        alike.append(col(Organisation.credit_code) == code)
    if host:
        alike.append(col(Organisation.website).contains(host, autoescape=True))
    chosen = (
        select(Vendor, Organisation)
        .join(Organisation, col(Organisation.id) == col(Vendor.organisation_id))
        .where(Vendor.id != application.record_id, Organisation.id != organisation.id)
        .where(or_(*alike), _seen(Vendor, scope))
    )
    for vendor, other in db.exec(chosen.order_by(col(Vendor.identifier)).limit(MOST)):
        if code and other.credit_code == code:
            yield _clash(SAME_CODE, vendor)
        elif host == _host({"website": other.website}):
            yield _clash(SAME_SITE, vendor)


def _host(values: Mapping[str, Any]) -> str:
    said = str(values.get("website") or "").strip().lower()
    host = urlsplit(said if "://" in said else f"//{said}").netloc.removeprefix("www.")
    return host if PLAIN.fullmatch(host) else ""


def _same_application(db: Session, application: Application, scope: Scope) -> list[Clash]:
    alike = select(Application).where(
        Application.name == application.name,
        Application.kind == application.kind,
        Application.id != application.id,
        Application.record_id != application.record_id,
        col(Application.open_for).is_not(None),
        Application.stage != Stage.DRAFT,
        scope.inside(Application.region),
    )
    return [
        Clash(SAME_APPLICATION, one.name, f"/desk/applications/{one.id}", str(one.stage))
        for one in db.exec(alike.limit(MOST))
    ]


def _clash(why: str, record: Record) -> Clash:
    is_public = record.stage == Stage.PUBLISHED
    href = permanent_address(record.identifier) if is_public else ""
    return Clash(why, record.name, href, "" if is_public else str(record.stage))
