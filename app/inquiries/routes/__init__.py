"""The pages of inquiries, for both sides."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
