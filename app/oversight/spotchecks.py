"""Spot checks for everybody: draws with their seed and inputs, and what was found."""

from fastapi import APIRouter

from app.core.access import Public

router = APIRouter(dependencies=[Public], include_in_schema=False)
