"""Everything that the page of one application shows, read at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor
from app.catalogue.facts import Origin, origin_of
from app.catalogue.models import Organisation, Record, Vendor
from app.core.errors import Refusal
from app.core.files import Attachment
from app.core.i18n import _
from app.curation.applications import appeals, conflicts, criteria, notices, publishing, questions
from app.curation.applications.deciding import may_act, must_be_another
from app.curation.applications.differences import Difference, differences
from app.curation.applications.field import Field
from app.curation.applications.fields import FIELDS
from app.curation.applications.forms import get, of_record, shown
from app.curation.applications.models import (
    Appeal,
    Application,
    Note,
    Objection,
    PublicNotice,
    Question,
)
from app.desk.stories import story
from search.engine import Kind


@dataclass(frozen=True, slots=True)
class Said:
    """One field of what is or would be live, and where it came from."""

    field: Field
    text: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """An application with all that is known of it; `obstacle`: why this reader cannot decide."""

    application: Application
    organisation: Organisation
    vendor: str
    plan: publishing.Plan
    differences: Sequence[Difference]
    live: Sequence[Said]
    clashes: Sequence[conflicts.Clash]
    files: Sequence[Attachment]
    notes: Sequence[Note]
    questions: Sequence[Question]
    verdict: criteria.Verdict
    notice: PublicNotice | None
    objections: Sequence[Objection]
    appeal: Appeal | None
    story: Sequence[tuple[str, str, str]]
    names: Mapping[UUID, str]
    may_act: bool
    obstacle: str

    @property
    def own(self) -> Sequence[Said]:
        """What the application itself says, field by field."""
        kind, values = Kind(self.application.kind), self.application.values
        said = ((field, shown(field, get(values, field))) for field in FIELDS[kind])
        return [Said(field, text, None) for field, text in said]


def of(db: Session, application: Application, visitor: Visitor) -> Dossier:
    """Read everything, in a number of queries that does not grow."""
    organisation = db.get_one(Organisation, application.organisation_id)
    planned = publishing.plan(db, application)
    notes = questions.notes_of(db, application.id)
    asked = questions.questions_of(db, application.id)
    files = questions.attachments_of(db, application.id)
    people = [application.proposed_by, application.recommended_by, application.reviewed_by]
    people += [one.by for one in notes] + [one.by for one in asked]
    people += [one.answered_by for one in asked] + [one.checked_by for one in files]
    return Dossier(
        application=application,
        organisation=organisation,
        vendor=_vendor(db, application),
        plan=planned,
        differences=_differences(planned),
        live=_live(planned.record),
        clashes=conflicts.clashes(db, application, organisation, visitor.scope),
        files=files,
        notes=notes,
        questions=asked,
        verdict=criteria.verdict(db, application),
        notice=notices.running(db, application),
        objections=notices.objections_of(db, application),
        appeal=appeals.earlier_about(db, application),
        story=story(db, application.id),
        names=_names(db, people),
        may_act=may_act(application, visitor),
        obstacle=_obstacle(db, application, visitor),
    )


def _vendor(db: Session, application: Application) -> str:
    """The name of the vendor that a solution or case belongs to."""
    link = application.links.get("vendor_id")
    vendor = db.get(Vendor, UUID(link)) if link else None
    return vendor.name if vendor else ""


def _differences(planned: publishing.Plan) -> Sequence[Difference]:
    if planned.record is None:
        return ()
    before = of_record(planned.record)
    return differences(planned.record.KIND, before, {**before, **planned.changed.values})


def _live(record: Record | None) -> Sequence[Said]:
    if record is None:
        return ()
    values = of_record(record)
    return [
        Said(field, text, origin_of(record, "translations" if field.english_of else field.name))
        for field in FIELDS[record.KIND]
        if (text := shown(field, get(values, field)))
    ]


def _obstacle(db: Session, application: Application, visitor: Visitor) -> str:
    try:
        must_be_another(db, application, by=visitor)
    except Refusal as refusal:
        return _(refusal.message, **refusal.values)
    return ""


def _names(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in ids if one is not None}
    rows = db.exec(select(Person.id, Person.name).where(col(Person.id).in_(wanted)))
    return dict(rows.all())
