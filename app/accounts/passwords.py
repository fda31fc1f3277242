"""Passwords: which ones are taken, how they are kept, and looking at one at a steady price."""

import base64
import secrets
import string
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.accounts.models import Person
from app.core.i18n import _

SHORTEST, LONGEST = 10, 128  # characters
FEWEST = 4  # different characters
OWN = 6  # characters that must be left when one's own name or address is taken away
ROUNDS, KIBIBYTES, LANES = 3, 65_536, 4  # of argon2: RFC 9106 for where memory is scarce
AT_ONCE = 4  # each takes the memory above

_hashes = PasswordHash([Argon2Hasher(ROUNDS, KIBIBYTES, LANES)])
_room = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """What the database keeps of a password."""
    with _room:
        return _hashes.hash(_normalise(password))


def is_right(person: Person | None, password: str) -> bool:
    """Whether this is the person's password; takes as long where there is no such person.

    A right one that was hashed at another price is hashed anew.
    """
    kept = person.password if person and person.password else _nobodys()
    with _room:
        is_same, fresh = _hashes.verify_and_update(_normalise(password)[:LONGEST], kept)
    if person is None or not person.password:
        return False
    if is_same and fresh:
        person.password = fresh
    return is_same


def fault_of(password: str, *own: str) -> str:
    """Why a password cannot be taken, in the reader's language; empty for a good one.

    `own` are the name and the address of whoever chooses it.
    """
    said = _normalise(password)
    if len(said) < SHORTEST:
        return _("Choose a password of at least {n} characters.", n=SHORTEST)
    if len(said) > LONGEST:
        return _("Choose a password of at most {n} characters.", n=LONGEST)
    if _is_common(said):
        return _("This password is among those that are tried first. Choose another one.")
    if _is_own(said, own):
        return _("This password is made of your own name or address. Choose another one.")
    return ""


def _normalise(password: str) -> str:
    """Keyboards write the same character in different ways; it must stay the same password."""
    return unicodedata.normalize("NFKC", password)


def _is_common(password: str) -> bool:
    folded = password.casefold()
    bare = folded.strip(string.digits + string.punctuation + " ")
    return len(set(folded)) < FEWEST or folded in _commonest() or bare in _commonest()


def _is_own(password: str, own: tuple[str, ...]) -> bool:
    folded = _letters(password)
    parts = {_letters(part) for said in own for part in (said, *said.replace("@", " ").split())}
    return any(
        len(part) > 1 and part in folded and len(folded.replace(part, "")) < OWN for part in parts
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


@cache
def _commonest() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _nobodys() -> str:
    """A hash that no password fits, made without hashing: looking at it costs the same."""
    salt, digest = (_encode(secrets.token_bytes(length)) for length in (16, 32))
    return f"$argon2id$v=19$m={KIBIBYTES},t={ROUNDS},p={LANES}${salt}${digest}"


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
