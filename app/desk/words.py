"""What the desk calls its areas, how urgent things are, and what appeals are about."""

from collections.abc import Mapping

from fastapi import Request

from app.catalogue.stages import Stage
from app.core.access import Can, granted
from app.core.i18n import _, mark
from app.curation.applications.models import AppealStage
from app.curation.applications.queueing import Due

DUE: Mapping[Due, str] = {
    Due.OVERDUE: mark("Overdue"),
    Due.WEEK: mark("Due within a week"),
    Due.STOPPED: mark("Waits for the vendor"),
}
NEXT: Mapping[Stage, str] = {
    Stage.SUBMITTED: mark("Recommend or return"),
    Stage.RECOMMENDED: mark("Review"),
    Stage.REVIEWED: mark("Announce"),
    Stage.NOTICE: mark("Publish"),
}
"""What the one does whose turn it is."""

AREAS: tuple[tuple[Can, str, str, str], ...] = (
    (
        Can.DECIDE_MERGES,
        "/desk/merges",
        mark("Merge queue"),
        mark("Records that may be one: merge them, keep them apart, split them again."),
    ),
    (
        Can.ACCEPT_BATCHES,
        "/desk/batches",
        mark("Imported lists"),
        mark("What admitting a list would change, and doing it."),
    ),
    (
        Can.CERTIFY,
        "/desk/certifications",
        mark("Certifications"),
        mark("Manufacturers who ask to be certified."),
    ),
    (
        Can.DECIDE_CLAIMS,
        "/desk/claims",
        mark("Claims"),
        mark("People who say that they belong to an organisation."),
    ),
    (
        Can.DECIDE_APPEALS,
        "/desk/appeals",
        mark("Appeals"),
        mark("Decisions that a vendor asks to be looked at again."),
    ),
    (
        Can.OVERSEE_INQUIRIES,
        "/desk/inquiries",
        mark("Inquiries"),
        mark(
            "Vendors without an account, overdue answers, askers who call, how soon vendors answer."
        ),
    ),
    (
        Can.DECIDE_REPORTS,
        "/desk/reports",
        mark("Reports"),
        mark("Threads that one side reported."),
    ),
    (
        Can.DECIDE_REPORTS,
        "/desk/ratings",
        mark("Ratings"),
        mark("Ratings that look out of place: far from the others, or from a ring."),
    ),
    (
        Can.APPROVE_SEATS,
        "/desk/seats",
        mark("Subsidised seats"),
        mark("Bookings that ask public money to pay a part of a training."),
    ),
    (
        Can.OVERSEE_TRAININGS,
        "/desk/refunds",
        mark("Refunds"),
        mark("Large ones that wait for a second person, those that failed, goodwill."),
    ),
    (
        Can.OVERSEE_MATCHES,
        "/desk/matches",
        mark("Matching"),
        mark("Quality of matches and who gets the good places."),
    ),
    (
        Can.OVERSEE_TRAININGS,
        "/desk/trainings",
        mark("Trainings"),
        mark("Sittings of the region: seats, attendance, money, figures, certificates."),
    ),
    (
        Can.READ_DESK,
        "/desk/assessments",
        mark("Assessments"),
        mark("What was found in the five security domains, and until when it holds."),
    ),
    (
        Can.READ_DESK,
        "/desk/whitelist",
        mark("Whitelist"),
        mark("Vendors whose security was assessed and found good, and until when."),
    ),
    (
        Can.READ_DESK,
        "/desk/listings",
        mark("Published listings"),
        mark("Quarantine, removal, the yearly re-check, freshness."),
    ),
    (
        Can.READ_DESK,
        "/desk/spot-checks",
        mark("Spot checks"),
        mark("Draws of vendors and inspectors, and what was found."),
    ),
    (
        Can.READ_DESK,
        "/desk/exports",
        mark("Exports"),
        mark("Every list of your region as CSV or XLSX."),
    ),
    (
        Can.EDIT_CRITERIA,
        "/desk/criteria",
        mark("Criteria"),
        mark("What reviewers score, with weights and thresholds."),
    ),
    (
        Can.MANAGE_STAFF,
        "/desk/staff",
        mark("Staff"),
        mark("Who has which role in which region."),
    ),
    (
        Can.READ_AUDIT,
        "/desk/audit",
        mark("Audit trail"),
        mark("Every act that changed something's standing."),
    ),
)
"""What it takes to use an area, its address, its name, and what is there."""

APPEAL_STAGES: Mapping[str, str] = {
    AppealStage.WAITING: mark("Waits for a decision"),
    AppealStage.ALLOWED: mark("Allowed"),
    AppealStage.DISMISSED: mark("Dismissed"),
}
APPEAL_TONES: Mapping[str, str] = {
    AppealStage.WAITING: "warn",
    AppealStage.ALLOWED: "good",
    AppealStage.DISMISSED: "plain",
}
APPEAL_SUBJECTS: Mapping[str, str] = {
    "application": mark("An application that was refused"),
    "quarantine": mark("A listing that was hidden"),
    "removal": mark("A listing that was removed"),
    "spotcheck": mark("The finding of a spot check"),
    "rating": mark("A rating that was hidden"),
}


def areas_of(request: Request) -> list[tuple[str, str]]:
    """The address and the name of each area that this visitor may use."""
    may_use = granted(request)
    return [(href, _(name)) for can, href, name, _what in AREAS if can in may_use]
