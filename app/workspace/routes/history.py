"""Earlier states of a listing: compare, go back to one."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
