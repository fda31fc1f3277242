"""The pages of saved searches and alerts."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
