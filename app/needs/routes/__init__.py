"""The pages of needs: the public ones, and those of the organisation that wrote them."""

from fastapi import APIRouter

from app.needs.routes import editor, own, public

ROUTERS: tuple[APIRouter, ...] = (public.router, editor.router, own.router)
