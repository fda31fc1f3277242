"""Public notices: who may be admitted soon, and the form to object."""

from fastapi import APIRouter

from app.core.access import Public

router = APIRouter(dependencies=[Public], include_in_schema=False)
