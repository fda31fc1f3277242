"""Entity resolution: which known organisation, solution, document or training a row speaks of."""

from ingest.resolve.entities import Decision, Entity, Likeness
from ingest.resolve.resolver import Resolver
from ingest.resolve.subjects import REVIEW, SAME

__all__ = ["REVIEW", "SAME", "Decision", "Entity", "Likeness", "Resolver"]
