"""Public notices with their objections form; public spot checks and draws."""

from fastapi import APIRouter

from app.oversight import beside, notices, spotchecks  # noqa: F401  finds more for listings

router = APIRouter(include_in_schema=False)
router.include_router(notices.router)
router.include_router(spotchecks.router)
