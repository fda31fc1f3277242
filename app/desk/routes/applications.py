"""One application on its way: the case page and every decision about it."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
