"""The pages of needs: the public ones, and those of the organisation that wrote them."""

from fastapi import APIRouter

from app.needs.routes import editor, matches, own, public, self_check

ROUTERS: tuple[APIRouter, ...] = (
    public.router,
    editor.router,
    own.router,
    matches.router,
    self_check.router,
)
