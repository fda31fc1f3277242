"""The pages of trainings: for everybody, and for those who offer them."""

from app.trainings.routes import calendars, offered, public, sittings

ROUTERS = (
    calendars.router,
    public.router,
    offered.router,
    sittings.router,
)
