"""Who of the staff has which role where."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
