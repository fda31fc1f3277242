"""The pages of trainings: for everybody, for those who offer them, and what follows a sitting."""

from app.trainings.routes import (
    attendance,
    calendars,
    certificates,
    feedback,
    figures,
    offered,
    public,
    sittings,
)

ROUTERS = (
    calendars.router,
    figures.router,
    attendance.router,
    certificates.router,
    feedback.router,
    public.router,
    offered.router,
    sittings.router,
)
