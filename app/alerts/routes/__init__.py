"""The pages of saved searches, and the way out of their mails."""

from app.alerts.routes import searches, unsubscribing

ROUTERS = (searches.router, unsubscribing.router)
