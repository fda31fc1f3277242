"""Every module that declares jobs: whoever works the outbox must know what its rows name."""

import app.accounts.tidying
import app.alerts.news
import app.alerts.planning
import app.alerts.telling
import app.alerts.waiting_needs
import app.bookings.expiring
import app.bookings.feedback
import app.bookings.following
import app.bookings.reminding
import app.catalogue.index
import app.core.files
import app.core.mail
import app.curation.applications.publishing
import app.curation.applications.sightings
import app.curation.oversight.freshness
import app.curation.oversight.mending
import app.curation.oversight.quarantining
import app.curation.oversight.whitelisting
import app.curation.trail
import app.inquiries.accounts_missing
import app.inquiries.overdue
import app.inquiries.rings
import app.matching.following
import app.needs.closing
import app.needs.telling
import app.payments.delivering
import app.payments.reconciling
import app.payments.returning  # noqa: F401
