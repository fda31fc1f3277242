"""Every list of the desk that can be exported, each one function."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.models import Certification, CertificationStage
from app.accounts.visitor import Visitor
from app.catalogue.labels import code_label
from app.catalogue.models import MODELS, Organisation, Record, Vendor
from app.catalogue.reading import OPTIONS
from app.core.access import Can
from app.core.i18n import mark
from app.curation.applications.models import Application
from app.curation.oversight.models import Assessment, SpotCheck, WhitelistEntry
from app.curation.places import ids_inside, region_of
from app.desk import auditing, merging, previewing
from app.desk.exporting import MOST, Filters, table
from app.desk.wording import kind_name, narrowed, place, state_name

Row = Sequence[Any]
NAME, KIND, REGION = mark("Name"), mark("Kind"), mark("Region")
STATE, IDENTIFIER = mark("Status"), mark("Identifier")
FROM, UNTIL = mark("Valid from"), mark("Valid until")


@table(
    "applications",
    mark("Applications"),
    (NAME, KIND, mark("Organisation"), REGION, STATE, mark("Handed in"), mark("Due on")),
)
def applications(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(Application, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(scope.inside(Application.region), col(Application.submitted_at).is_not(None))
    )
    if filters.get("stage"):
        chosen = chosen.where(Application.stage == filters["stage"])
    ordered = chosen.order_by(col(Application.submitted_at), col(Application.id))
    for one, organisation in db.exec(ordered.limit(MOST + 1)):
        yield (
            one.name,
            kind_name(one.kind),
            organisation,
            place(one.region),
            state_name(one.stage),
            one.submitted_at,
            one.due_on,
        )


@table(
    "merges",
    mark("Merge queue"),
    (
        mark("Pair"),
        KIND,
        mark("Newer"),
        mark("Older"),
        mark("Likeness"),
        STATE,
        mark("Decided by"),
        mark("Decided at"),
    ),
    needs=Can.DECIDE_MERGES,
)
def merges(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    for pair in merging.page(db, visitor, merging.first(filters), MOST + 1).items:
        case = pair.case
        yield (
            case.id,
            kind_name(case.kind),
            f"{pair.newer.name} ({pair.newer.identifier})",
            f"{pair.older.name} ({pair.older.identifier})",
            round(case.score, 3),
            state_name(case.state),
            case.decided_by,
            case.decided_at,
        )


@table(
    "batches",
    mark("Imported lists"),
    (
        mark("Batch"),
        mark("File"),
        mark("Read in by"),
        mark("Read in at"),
        mark("Records"),
        mark("Waiting"),
        mark("Held back"),
        mark("Admitted"),
        mark("Taken back"),
    ),
    needs=Can.ACCEPT_BATCHES,
)
def batches(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:  # noqa: ARG001
    for listed in previewing.page_of_batches(db, visitor, 1, MOST + 1).items:
        batch, counted = listed.batch, listed.standing
        held = [counted.get(standing, 0) for standing in ("waiting", "review", "accepted")]
        yield (
            batch.id,
            batch.source,
            batch.by,
            batch.created_at,
            listed.total,
            *held,
            batch.taken_back_at,
        )


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
    "assessments",
    mark("Assessments"),
    (mark("Vendor"), REGION, STATE, FROM, UNTIL, mark("Written at"), mark("Confirmed at")),
)
def assessments(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    for one, vendor, region in _of_vendors(db, visitor, filters, Assessment):
        yield (
            vendor,
            place(region),
            state_name(one.stage),
            one.valid_from,
            one.valid_until,
            one.written_at,
            one.confirmed_at,
        )


@table(
    "whitelist",
    mark("Whitelist"),
    (mark("Vendor"), REGION, FROM, UNTIL, mark("Ended on"), mark("Reason")),
)
def whitelist(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    for one, vendor, region in _of_vendors(db, visitor, filters, WhitelistEntry):
        yield (vendor, place(region), one.valid_from, one.valid_until, one.ended_on, one.reason)


def _of_vendors(db: Session, visitor: Visitor, filters: Filters, model: Any) -> Any:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(model, Vendor.name, Organisation.region)
        .join(Vendor, col(Vendor.id) == model.vendor_id)
        .join(Organisation, col(Organisation.id) == col(Vendor.organisation_id))
        .where(scope.inside(Organisation.region))
    )
    return db.exec(chosen.order_by(model.valid_until, model.id).limit(MOST + 1))


@table(
    "spot-checks",
    mark("Spot checks"),
    (mark("Vendor"), REGION, STATE, mark("Finding"), mark("Reported at"), mark("Effect")),
)
def spot_checks(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(SpotCheck, Vendor.name)
        .join(Vendor, col(Vendor.id) == col(SpotCheck.vendor_id))
        .where(scope.inside(SpotCheck.region))
    )
    for one, vendor in db.exec(chosen.order_by(col(SpotCheck.id)).limit(MOST + 1)):
        yield (
            vendor,
            place(one.region),
            state_name(one.stage),
            state_name(one.finding),
            one.reported_at,
            state_name(one.effect),
        )


@table(
    "listings",
    mark("Listings"),
    (IDENTIFIER, NAME, KIND, REGION, STATE, mark("In the pool since"), mark("Last changed")),
)
def listings(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    wanted, left = filters.get("kind", ""), MOST + 1
    for kind, model in MODELS.items():
        if left <= 0 or (wanted and wanted != kind):
            continue
        chosen = select(model).where(col(model.id).in_(ids_inside(scope, kind)))
        if filters.get("stage"):
            chosen = chosen.where(model.stage == filters["stage"])
        ordered = chosen.order_by(col(model.identifier)).options(*OPTIONS.get(kind, ()))
        for record in db.exec(ordered.limit(left)):
            left -= 1
            yield _listing(record)


def _listing(record: Record) -> Row:
    return (
        record.identifier,
        record.name,
        kind_name(record.KIND),
        place(region_of(record)),
        state_name(record.stage),
        record.published_at,
        record.updated_at,
    )


@table(
    "audit",
    mark("Audit trail"),
    (
        mark("Number"),
        mark("When"),
        mark("Who"),
        mark("What happened"),
        mark("Subject"),
        mark("Act"),
        mark("Why"),
    ),
    needs=Can.READ_AUDIT,
)
def trail(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    asked, _errors = auditing.read({**filters, "page": ""})
    for line in auditing.page(db, visitor, asked, MOST + 1).items:
        entry = line.entry
        subject = f"{entry.subject_kind}:{entry.subject_id}"
        yield (entry.number, entry.at, entry.by, line.text, subject, entry.action, entry.why)
