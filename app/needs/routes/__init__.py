"""The pages of needs: the public ones, and those of the organisation that wrote them."""

from fastapi import APIRouter

from app.needs.routes import editor, own, public, self_check

ROUTERS: tuple[APIRouter, ...] = (public.router, editor.router, own.router, self_check.router)
