"""What entries of the audit trail speak of: which region each belongs to, what it is called."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, true
from sqlmodel import Session, col, select

from app.accounts.models import Appointment, Certification, Claim, Membership, Person
from app.accounts.scope import Scope
from app.bookings.models import Booking, Certificate, Order, Place, Sitting
from app.catalogue.models import MODELS, Organisation, Vendor
from app.core.audit import AuditEntry
from app.core.chunks import chunks
from app.core.i18n import mark
from app.curation.applications.models import Appeal, Application, Criterion, PublicNotice
from app.curation.models import Batch, MergeCase
from app.curation.oversight.models import Assessment, Draw, Quarantine, SpotCheck, WhitelistEntry
from app.curation.places import ids_inside, pairs_inside, speaks_inside
from app.desk import previewing
from app.inquiries.models import Inquiry, InquiryReport
from app.needs.models import Need
from app.payments.models import Payment, Refund
from search.engine import Kind

SUBJECTS: Mapping[str, str] = {
    "vendor": mark("Vendor"),
    "solution": mark("Solution"),
    "case": mark("Case"),
    "information": mark("Policy or news"),
    "training": mark("Training"),
    "application": mark("Application"),
    "organisation": mark("Organisation"),
    "person": mark("Person"),
    "certification": mark("Certification"),
    "claim": mark("Claim"),
    "batch": mark("Imported list"),
    "ticket": mark("Invitation"),
    "signin": mark("Session"),
    "mergecase": mark("Pair of the merge queue"),
    "assessment": mark("Assessment"),
    "whitelistentry": mark("Whitelist entry"),
    "draw": mark("Draw"),
    "spotcheck": mark("Spot check"),
    "quarantine": mark("Quarantine"),
    "appeal": mark("Appeal"),
    "publicnotice": mark("Public notice"),
    "criterion": mark("Criterion"),
    "need": mark("Need"),
    "list": mark("List"),
    "audit": mark("Audit trail"),
    "inquiry": mark("Inquiry"),
    "inquiryreport": mark("Report of a thread"),
    "rating": mark("Rating"),
    "sitting": mark("Sitting"),
    "order": mark("Booking"),
    "booking": mark("Seat"),
    "certificate": mark("Certificate"),
    "place": mark("Place on a waiting list"),
    "payment": mark("Payment"),
    "refund": mark("Refund"),
}
Inside = Callable[[Scope], Any]


def _of_organisation(model: Any) -> Inside:
    def ids(scope: Scope) -> Any:
        own = select(Organisation.id).where(scope.inside(Organisation.region))
        return select(model.id).where(col(model.organisation_id).in_(own))

    return ids


def _of_vendor(model: Any) -> Inside:
    return lambda scope: select(model.id).where(
        col(model.vendor_id).in_(ids_inside(scope, Kind.VENDOR))
    )


def _of_region(model: Any) -> Inside:
    return lambda scope: select(model.id).where(scope.inside(model.region))


def _of_kind(kind: Kind) -> Inside:
    return lambda scope: ids_inside(scope, kind)


def _notices(scope: Scope) -> Any:
    inside = _of_region(Application)(scope)
    return select(PublicNotice.id).where(col(PublicNotice.application_id).in_(inside))


def _quarantines(scope: Scope) -> Any:
    return select(Quarantine.id).where(speaks_inside(scope, Quarantine.kind, Quarantine.record_id))


def _people(scope: Scope) -> Any:
    staff = select(Appointment.person_id).where(scope.inside(Appointment.region))
    members = (
        select(Membership.person_id)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(scope.inside(Organisation.region))
    )
    return select(Person.id).where(or_(col(Person.id).in_(staff), col(Person.id).in_(members)))


def _of_sitting(model: Any) -> Inside:
    return lambda scope: select(model.id).where(
        col(model.sitting_id).in_(_of_region(Sitting)(scope))
    )


def _certificates(scope: Scope) -> Any:
    inside = _of_sitting(Booking)(scope)
    return select(Certificate.id).where(col(Certificate.booking_id).in_(inside))


def _payments(scope: Scope) -> Any:
    inside = _of_sitting(Order)(scope)
    return select(Payment.id).where(col(Payment.order_id).in_(inside))


def _refunds(scope: Scope) -> Any:
    return select(Refund.id).where(col(Refund.payment_id).in_(_payments(scope)))


# Inquiries, their reports and ratings are left out, so that each act is seen where whoever did it
# belongs: an entry names who acted, and staff of the vendor's place must not learn who hides.
INSIDE: Mapping[str, Inside] = {
    **{str(kind): _of_kind(kind) for kind in MODELS},
    "organisation": _of_region(Organisation),
    "application": _of_region(Application),
    "certification": _of_region(Certification),
    "claim": _of_organisation(Claim),
    "assessment": _of_vendor(Assessment),
    "whitelistentry": _of_vendor(WhitelistEntry),
    "spotcheck": _of_region(SpotCheck),
    "draw": _of_region(Draw),
    "appeal": _of_region(Appeal),
    "need": _of_region(Need),
    "publicnotice": _notices,
    "quarantine": _quarantines,
    "person": _people,
    "order": _of_sitting(Order),
    "booking": _of_sitting(Booking),
    "certificate": _certificates,
    "place": _of_sitting(Place),
    "payment": _payments,
    "refund": _refunds,
    "batch": lambda scope: select(Batch.id).where(previewing.wholly_inside(scope)),
    "mergecase": lambda scope: select(MergeCase.id).where(pairs_inside(scope)),
}


def visible(scope: Scope) -> ColumnElement[bool]:
    """Entries about something inside a scope.

    What has no region of its own is seen where whoever did it, or for whom, belongs.
    """
    if scope.is_whole:
        return true()
    subject = func.replace(col(AuditEntry.subject_id), "-", "")
    by_subject = (
        and_(col(AuditEntry.subject_kind) == kind, subject.in_(_keys(ids(scope))))
        for kind, ids in INSIDE.items()
    )
    theirs = select(Appointment.person_id).where(scope.inside(Appointment.region))
    own = select(Organisation.id).where(scope.inside(Organisation.region))
    by_actor = or_(
        col(AuditEntry.organisation_id).in_(own),
        and_(col(AuditEntry.organisation_id).is_(None), col(AuditEntry.person_id).in_(theirs)),
    )
    return or_(*by_subject, and_(col(AuditEntry.subject_kind).not_in(INSIDE), by_actor))


def _keys(ids: Any) -> Any:
    """The ids of a query as text, written as both databases do when the dashes are gone."""
    found = ids.subquery()
    return select(func.replace(cast(found.c[0], String), "-", ""))


def _named(model: Any, name: Any) -> Any:
    return select(model.id, name)


def _by_vendor(model: Any) -> Any:
    return select(model.id, Vendor.name).join(Vendor, col(Vendor.id) == model.vendor_id)


def _by_organisation(model: Any) -> Any:
    organisation = col(Organisation.id) == model.organisation_id
    return select(model.id, Organisation.name).join(Organisation, organisation)


_REPORTS = select(InquiryReport.id, Inquiry.identifier).join(
    Inquiry, col(Inquiry.id) == col(InquiryReport.inquiry_id)
)
_PLACES = select(Place.id, Sitting.identifier).join(
    Sitting, col(Sitting.id) == col(Place.sitting_id)
)
_SEATS = select(Booking.id, Order.identifier).join(Order, col(Order.id) == col(Booking.order_id))
_PAID = select(Payment.id, Order.identifier).join(Order, col(Order.id) == col(Payment.order_id))
_RETURNED = (
    select(Refund.id, Order.identifier)
    .join(Payment, col(Payment.id) == col(Refund.payment_id))
    .join(Order, col(Order.id) == col(Payment.order_id))
)
NAMES: Mapping[str, tuple[Any, Any]] = {
    **{str(kind): (model, _named(model, model.name)) for kind, model in MODELS.items()},
    "organisation": (Organisation, _named(Organisation, Organisation.name)),
    "application": (Application, _named(Application, Application.name)),
    "person": (Person, _named(Person, Person.name)),
    "batch": (Batch, _named(Batch, Batch.source)),
    "draw": (Draw, _named(Draw, Draw.title)),
    "criterion": (Criterion, _named(Criterion, Criterion.name)),
    "need": (Need, _named(Need, Need.title)),
    "certification": (Certification, _by_organisation(Certification)),
    "claim": (Claim, _by_organisation(Claim)),
    "appeal": (Appeal, _by_organisation(Appeal)),
    "inquiry": (Inquiry, _named(Inquiry, Inquiry.identifier)),
    "rating": (Inquiry, _named(Inquiry, Inquiry.identifier)),  # called by its inquiry's id
    "inquiryreport": (InquiryReport, _REPORTS),
    "assessment": (Assessment, _by_vendor(Assessment)),
    "whitelistentry": (WhitelistEntry, _by_vendor(WhitelistEntry)),
    "spotcheck": (SpotCheck, _by_vendor(SpotCheck)),
    "order": (Order, _named(Order, Order.identifier)),
    "booking": (Booking, _SEATS),
    "certificate": (Certificate, _named(Certificate, Certificate.identifier)),
    "place": (Place, _PLACES),
    "payment": (Payment, _PAID),
    "refund": (Refund, _RETURNED),
}


def names_of(db: Session, entries: Sequence[AuditEntry]) -> dict[tuple[str, str], str]:
    """What the subjects of entries are called, one query for each kind; unknown ones are left."""
    names: dict[tuple[str, str], str] = {}
    for kind in {entry.subject_kind for entry in entries} & NAMES.keys():
        model, chosen = NAMES[kind]
        ids = [_id(model, entry.subject_id) for entry in entries if entry.subject_kind == kind]
        known = [id_ for id_ in ids if id_ is not None]
        for some in chunks(list(dict.fromkeys(known))):
            for id_, name in db.exec(chosen.where(col(model.id).in_(some))):
                names[kind, str(id_)] = name
    return names


def _id(model: Any, text: str) -> UUID | int | None:
    is_number = model.model_fields["id"].annotation == int | None
    try:
        return int(text) if is_number else UUID(text)
    except ValueError:
        return None


def named(db: Session, text: str, most: int = 500) -> list[str]:
    """The ids of what is called so: by a permanent identifier, or by a part of a name."""
    ids: list[str] = []
    for model, chosen in NAMES.values():
        name = chosen.selected_columns[1]
        meant = name.icontains(text, autoescape=True)
        if "identifier" in model.model_fields:
            meant = or_(meant, col(model.identifier) == text.lower())
        ids += [str(id_) for id_, _name in db.exec(chosen.where(meant).limit(most))]
    return ids
