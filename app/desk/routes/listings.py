"""Published listings: quarantine, removal, re-check, freshness."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
