"""Files of an application: sending, fetching, taking away."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
