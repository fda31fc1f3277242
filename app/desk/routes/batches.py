"""Imported lists: what admitting one would change, and doing it."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
