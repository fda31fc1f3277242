"""Assessments of the five security domains, and the whitelist that rests on them."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
