"""The pages of trainings: for everybody, for those who offer them, and what follows a sitting."""

from app.trainings.routes import (
    attendance,
    booking,
    calendars,
    certificates,
    codes,
    feedback,
    figures,
    offered,
    orders,
    paying,
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
    booking.router,
    orders.router,
    offered.router,
    paying.router,
    sittings.router,
    codes.router,
)
