"""The pages of the vendors' workspace."""

from app.workspace.routes import applications, attachments, editor, history, listings, sightings

ROUTERS = (
    listings.router,
    applications.router,
    editor.router,
    attachments.router,
    history.router,
    sightings.router,
)
