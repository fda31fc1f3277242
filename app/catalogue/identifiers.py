"""Permanent identifiers and readable addresses; neither changes once given."""

import re
import secrets

from search.analysis import syllables

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing to mistake
LENGTH = 10
LONGEST_SLUG = 60


def new_identifier(prefix: str) -> str:
    """A new identifier such as `s-7k3m9x2ac4` (50 random bits behind the kind's letter)."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def readable_slug(name: str) -> str:
    """`name` as an address: pinyin for Chinese, lower-case Latin; never empty."""
    words = re.findall(r"[a-z0-9]+", " ".join(syllables(name)).lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > LONGEST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or (words[0][:LONGEST_SLUG] if words else "listing")
