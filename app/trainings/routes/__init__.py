"""The pages of trainings: for everybody, and for those who offer them."""

from app.trainings.routes import calendars, offered, paying, public, sittings

ROUTERS = (
    calendars.router,
    public.router,
    offered.router,
    paying.router,
    sittings.router,
)
