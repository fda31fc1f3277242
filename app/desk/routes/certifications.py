"""Manufacturers who ask to be certified, and claims of organisations."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
