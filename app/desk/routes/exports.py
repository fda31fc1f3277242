"""Lists as CSV and XLSX."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
