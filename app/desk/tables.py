"""Lists of the desk as they are exported: applications, appeals, imports, listings, the trail."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.visitor import Visitor
from app.catalogue.models import MODELS, Organisation, Record
from app.catalogue.reading import OPTIONS
from app.core.access import Can
from app.core.i18n import _, mark
from app.curation.applications import criteria
from app.curation.applications.models import Appeal, AppealStage, Application
from app.curation.places import ids_inside, region_of
from app.desk import auditing, merging, previewing
from app.desk.exporting import MOST, Filters, table
from app.desk.wording import kind_name, narrowed, place, state_name
from app.desk.words import APPEAL_STAGES, APPEAL_SUBJECTS
from search.engine import Kind

Row = Sequence[Any]
NAME, KIND, REGION = mark("Name"), mark("Kind"), mark("Region")
ANSWER, STATE, IDENTIFIER = mark("Answer"), mark("Status"), mark("Identifier")


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
    "appeals",
    mark("Appeals"),
    (mark("Organisation"), REGION, mark("Against"), mark("Appeal"), mark("Made at"), STATE, ANSWER),
    needs=Can.DECIDE_APPEALS,
)
def appeals(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:
    scope = narrowed(visitor.scope, filters.get("region", ""))
    chosen = (
        select(Appeal, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Appeal.organisation_id))
        .where(scope.inside(Appeal.region))
    )
    for one, organisation in db.exec(chosen.order_by(col(Appeal.at), col(Appeal.id))):
        about = one.subject.partition(":")[0]
        against = _(APPEAL_SUBJECTS.get(about, about))
        state = _(APPEAL_STAGES[AppealStage(one.stage)])
        yield (organisation, place(one.region), against, one.text, one.at, state, one.answer)


@table(
    "criteria",
    mark("Criteria"),
    (
        KIND,
        mark("Criterion"),
        mark("Name in English"),
        mark("What to look at"),
        mark("Weight"),
        mark("Least points"),
    ),
    needs=Can.EDIT_CRITERIA,
)
def kept_criteria(db: Session, visitor: Visitor, filters: Filters) -> Iterator[Row]:  # noqa: ARG001
    """They hold for the whole pool, whatever the region."""
    wanted = filters.get("kind", "")
    for kind in [Kind(wanted)] if wanted in set(criteria.KINDS) else criteria.KINDS:
        for one in criteria.active(db, kind):
            weight = one.weight if one.code != criteria.TOTAL else None
            yield (kind_name(kind), one.name, one.name_en, one.help, weight, one.threshold)


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
