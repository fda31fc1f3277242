"""The certification of a manufacturer, as the manufacturer sees it."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
