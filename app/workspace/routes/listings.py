"""A vendor's listings: overview, editor, preview, handing in, withdrawing."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
