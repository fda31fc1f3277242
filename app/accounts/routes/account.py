"""One's own account: name, password, sessions, the second factor, recovery codes."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
