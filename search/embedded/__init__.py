"""The engine inside the process: tantivy for words, exact vectors for meaning, nothing to start."""

from search.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
