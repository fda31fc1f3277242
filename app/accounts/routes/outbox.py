"""What would have been sent by mail where nothing is sent: for development only."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
