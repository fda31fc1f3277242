"""What a matching rests on, by name: two runs with the same versions asked the same things."""

import hashlib
from functools import lru_cache

from sqlmodel import Session

from app.catalogue import reading
from app.catalogue.index import get_vocabulary
from search.engine import LAYOUT
from search.searcher import Searcher
from search.vocabulary import Vocabulary

RULES = "1"  # raised when the rules of the order change


def versions(db: Session, searcher: Searcher) -> dict[str, str]:
    """Model, index, vocabulary and rules, and the moment of the pool's last change."""
    changed = reading.last_change(db)
    return {
        "model": searcher.embedder.name if searcher.embedder else "",
        "index": str(LAYOUT),
        "vocabulary": _digest(get_vocabulary()),
        "pool": changed.isoformat() if changed else "",
        "rules": RULES,
    }


@lru_cache(maxsize=2)
def _digest(vocabulary: Vocabulary) -> str:
    tables = (
        vocabulary.scenarios,
        vocabulary.industries,
        vocabulary.regions,
        vocabulary.deployments,
        vocabulary.names,
        vocabulary.synonyms,
    )
    return hashlib.blake2b(repr(tables).encode(), digest_size=8).hexdigest()
