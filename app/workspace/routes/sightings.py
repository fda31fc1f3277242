"""How a vendor's listings are found."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
