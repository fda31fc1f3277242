"""Pairs of records that may be one."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
