"""The pages of shortlists."""

from app.shortlists.routes import adding, items, lists

ROUTERS = (adding.router, lists.router, items.router)
