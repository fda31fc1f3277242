"""What waits for the staff: by stage, region, age and due date."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
