"""The pages of the vendors' workspace."""

from app.workspace.routes import attachments, freshness, history, listings, sightings

ROUTERS = (
    listings.router,
    attachments.router,
    history.router,
    sightings.router,
    freshness.router,
)
