"""The pages of trainings: for everybody, and for those who offer them."""

from app.trainings.routes import booking, calendars, offered, orders, paying, public, sittings

ROUTERS = (
    calendars.router,
    public.router,
    booking.router,
    orders.router,
    offered.router,
    paying.router,
    sittings.router,
)
