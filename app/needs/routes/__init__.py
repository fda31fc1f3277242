"""The pages of needs: the public ones, and those of the organisation that wrote them."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
