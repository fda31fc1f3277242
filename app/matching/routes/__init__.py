"""The pages of matches: a need's matches, why this order, and the needs that fit a vendor."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
