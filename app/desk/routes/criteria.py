"""What reviewers score, as data that staff keep."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
