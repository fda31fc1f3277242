"""Draws and spot checks."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
