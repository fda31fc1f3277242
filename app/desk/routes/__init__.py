"""The pages of the desk, where government staff decide."""

from app.desk.routes import (
    appeals,
    applications,
    assessments,
    audit,
    batches,
    certifications,
    criteria,
    exports,
    inquiries,
    listings,
    merges,
    queue,
    ratings,
    reports,
    spotchecks,
    staff,
)

ROUTERS = (
    queue.router,
    applications.router,
    criteria.router,
    appeals.router,
    batches.router,
    merges.router,
    assessments.router,
    listings.router,
    spotchecks.router,
    certifications.router,
    inquiries.router,
    reports.router,
    ratings.router,
    staff.router,
    audit.router,
    exports.router,
)
