"""A sitting as calendars take it over; the link to join is in none that everybody can read."""

from app.bookings.models import Sitting
from app.bookings.stages import SittingStage
from app.catalogue.addresses import address
from app.catalogue.models import Training
from app.core.calendars import Event
from app.core.i18n import _
from app.core.settings import get_settings


def event_of(sitting: Sitting, training: Training, *, join_link: str | None = None) -> Event:
    """The event of a sitting; `join_link` is given only for whoever has a confirmed seat."""
    home = get_settings().public_url.rstrip("/")
    url = home + address(training)
    more = _("Join here: {link}", link=join_link) if join_link else ""
    return Event(
        uid=uid_of(sitting),
        sequence=sitting.sequence,
        changed_at=sitting.updated_at,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        summary=training.name,
        description="\n".join(part for part in (training.summary, more, url) if part),
        location=place_of(sitting),
        url=url,
        is_cancelled=sitting.stage == SittingStage.CANCELLED,
    )


def uid_of(sitting: Sitting) -> str:
    """What a calendar knows a sitting by; it stays the same whatever changes."""
    host = get_settings().public_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"{sitting.identifier}@{host or 'localhost'}"


def place_of(sitting: Sitting) -> str:
    """Where a sitting takes place, in one line."""
    if sitting.is_online:
        return _("Online")
    return _(", ").join(part for part in (sitting.venue, sitting.address) if part)
