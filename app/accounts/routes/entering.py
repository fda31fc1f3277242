"""Registering, confirming an address, signing in and out, a forgotten password."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
