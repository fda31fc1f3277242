"""The engine for several machines: Elasticsearch, through its official client."""

from search.elastic.connection import Connection
from search.elastic.engine import ElasticEngine

__all__ = ["Connection", "ElasticEngine"]
