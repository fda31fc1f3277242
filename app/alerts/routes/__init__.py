"""The pages of saved searches, and the way out of their mails."""

from app.alerts import news, planning, telling, waiting_needs  # noqa: F401  jobs
from app.alerts.routes import searches, unsubscribing

ROUTERS = (searches.router, unsubscribing.router)
