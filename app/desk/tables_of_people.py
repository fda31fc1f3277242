"""Lists of the desk as they are exported: who asks to be certified or to belong, and the staff."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.accounts import claims as claiming
from app.accounts import staffing
from app.accounts.models import Certification, CertificationStage
from app.accounts.visitor import Visitor
from app.catalogue.labels import code_label
from app.catalogue.models import Organisation
from app.core.access import Can
from app.core.i18n import _, mark
from app.desk.exporting import MOST, Filters, table
from app.desk.tables import REGION, STATE
from app.desk.wording import narrowed, place, state_name

Row = Sequence[Any]


@table(
    "certifications",
    mark("Certifications"),
    (mark("Organisation"), REGION, mark("Industry"), STATE, mark("Handed in"), mark("Decided at")),
    needs=Can.CERTIFY,
)
def certifications(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(Certification, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Certification.organisation_id))
        .where(scope.inside(Certification.region))
        .where(Certification.stage != CertificationStage.DRAFT)
    )
    ordered = chosen.order_by(col(Certification.submitted_at), col(Certification.id))
    for one, organisation in db.exec(ordered.limit(MOST + 1)):
        yield (
            organisation,
            place(one.region),
            code_label("industry", one.industry) if one.industry else "",
            state_name(one.stage),
            one.submitted_at,
            one.decided_at,
        )


@table(
    "claims",
    mark("Claims"),
    (mark("Organisation"), REGION, mark("Person"), mark("E-mail address"), mark("What they say")),
    needs=Can.DECIDE_CLAIMS,
)
def claims(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:  # noqa: ARG001
    for claim, organisation, person in claiming.for_staff(db, visitor, 1, MOST + 1).items:
        region = place(organisation.region)
        yield (organisation.name, region, person.name, person.email, claim.message)


@table(
    "staff",
    mark("Staff"),
    (mark("Person"), mark("E-mail address"), mark("Roles"), REGION),
    needs=Can.MANAGE_STAFF,
)
def staff(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:  # noqa: ARG001
    for one in staffing.listed(db, visitor, 1, MOST + 1).items:
        roles = [_(name) for role, name in staffing.ROLE_NAMES.items() if role in one.roles]
        yield (one.person.name, one.person.email, roles, place(one.region))
