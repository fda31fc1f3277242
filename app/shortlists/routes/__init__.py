"""The pages of shortlists."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
