"""Whether a policy still holds, as far as its source says."""

from dataclasses import dataclass
from datetime import date

from app.catalogue.models import Information
from app.core.formats import format_date
from app.core.i18n import _


@dataclass(frozen=True, slots=True)
class Validity:
    """One sentence, and its tone: good, warn or plain."""

    text: str
    tone: str


def validity(record: Information, today: date) -> Validity:
    """Partial dates last as long as they name: "2024" ends with that year."""
    since, until = record.valid_from, record.valid_until
    if until and today.isoformat()[: len(until)] > until:
        return Validity(_("Expired on {date}", date=format_date(until)), "warn")
    if since and today.isoformat()[: len(since)] < since:
        return Validity(_("Valid from {date}", date=format_date(since)), "plain")
    if until:
        return Validity(_("Valid until {date}", date=format_date(until)), "good")
    if since:
        said = _("Valid since {date}, end not stated", date=format_date(since))
        return Validity(said, "plain")
    return Validity(_("Validity not stated"), "plain")
