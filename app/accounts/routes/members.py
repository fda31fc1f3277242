"""Organisations: switching between them, members, invitations, claims, a new one."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
