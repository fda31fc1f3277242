"""When a document matches, and who goes first among equals: what every engine follows."""

import hashlib
from math import ceil, log1p

# the share of the question's rarity that a document has to share
ENOUGH = 0.15
# what a shared part of a synonym counts beside a shared word of the question itself
ALTERNATIVE = 0.1
# so many documents of a kind match by meaning alone, and of few at most this share
NEAREST = 50
LARGEST_SHARE = 0.45
# ties are broken by a hash, so that no name and no early comer is favoured
_SALT = b"yuegonghui"


def rarity(documents: int, holding: int) -> float:
    """The weight of a token that `holding` of all documents hold: the IDF of BM25.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, in the form that
    never becomes negative.
    """
    return log1p((documents - holding + 0.5) / (holding + 0.5))


def enough(total: float) -> float:
    """The shared weight from which on a document matches, of the question's whole rarity."""
    # a hair below, since engines add in single precision; no weight at all is never enough
    return max(ENOUGH * total * 0.9999, 1e-6)


def nearest(documents: int) -> int:
    """How many of a kind's documents match by meaning: those that lie nearest."""
    return min(NEAREST, ceil(LARGEST_SHARE * documents))


def tie(id_: str) -> int:
    """A place among equals, of 64 bits, that has nothing to do with names or time."""
    return int.from_bytes(hashlib.blake2b(id_.encode(), key=_SALT, digest_size=8).digest(), "big")
