"""When somebody is told: at once, each morning, each Monday morning, or never; China's time."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from app.alerts.models import Rhythm, Watch
from app.core.db import now
from app.core.formats import CHINA
from app.core.i18n import mark

AT_ONCE = timedelta(minutes=5)  # what comes close together is told together
MORNING = time(8, tzinfo=CHINA)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NAMES: Mapping[Rhythm, str] = {
    Rhythm.AT_ONCE: mark("At once"),
    Rhythm.DAILY: mark("Once a day"),
    Rhythm.WEEKLY: mark("Once a week"),
    Rhythm.OFF: mark("Never"),
}


def next_time(rhythm: Rhythm, moment: datetime) -> datetime | None:
    """When what is found at a moment is told."""
    if rhythm == Rhythm.OFF:
        return None
    if rhythm == Rhythm.AT_ONCE:
        return moment + AT_ONCE
    day = moment.astimezone(CHINA).date()
    morning = datetime.combine(day, MORNING)
    if rhythm == Rhythm.WEEKLY:
        morning -= day.weekday() * DAY
    step = WEEK if rhythm == Rhythm.WEEKLY else DAY
    return morning if morning > moment else morning + step


def arm(watch: Watch) -> None:
    """Something waits to be told: see to it that a mail is due, no later than it was."""
    if watch.next_at is None:
        watch.next_at = next_time(Rhythm(watch.rhythm), now())


def change(watch: Watch, rhythm: Rhythm) -> None:
    """Tell what waits at the time of another rhythm."""
    if watch.rhythm != rhythm:
        watch.rhythm = rhythm
        if rhythm == Rhythm.OFF or watch.next_at is not None:
            watch.next_at = next_time(rhythm, now())
