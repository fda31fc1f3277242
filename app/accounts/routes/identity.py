"""Signing in with a government identity provider (OpenID Connect)."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)
