"""The pages of trainings: for everybody, and for those who offer them."""

from app.trainings.routes import booking, calendars, codes, offered, orders, public, sittings

ROUTERS = (
    calendars.router,
    public.router,
    booking.router,
    orders.router,
    offered.router,
    sittings.router,
    codes.router,
)
