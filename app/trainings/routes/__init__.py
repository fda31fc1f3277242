"""The pages of trainings: for everybody, and for those who offer them."""

from app.trainings.routes import attendance, certificates, feedback, figures, public

ROUTERS = (
    figures.router,
    attendance.router,
    certificates.router,
    feedback.router,
    public.router,
)
