"""Booking without its lock, so that a race is seen to oversell: the tests of the lock must bite."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.bookings import codes, occupancy, waiting
from app.bookings.models import Code, Place, Sitting
from app.core.db import transaction


class _ThrownAway(Exception):
    """Ends the first transaction without a trace."""


class Parted:
    """What is read in one transaction decides in the next, on both kinds of databases.

    Each thread first does everything in a transaction that is thrown away, and notes what it
    read. When all have done so, each writes, by what it had read.
    """

    def __init__(self, patch: pytest.MonkeyPatch, times: int) -> None:
        self.mine = threading.local()
        self.all_have_read = threading.Barrier(times)
        self._part(patch, occupancy, "free_seats", lambda told, *_args: told)
        self._part(patch, occupancy, "hold_sitting", lambda _told, db, id_: db.get(Sitting, id_))
        self._part(patch, codes, "_find", _as_unused)
        self._part(patch, waiting, "take", _as_offered)

    def _part(
        self, patch: pytest.MonkeyPatch, module: Any, name: str, replay: Callable[..., Any]
    ) -> None:
        real = getattr(module, name)

        def read(*args: Any, **more: Any) -> Any:
            if self.mine.writes:
                return replay(self.mine.read[name].pop(0), *args)
            found = real(*args, **more)
            # of a record only the id: the record goes with its transaction
            self.mine.read.setdefault(name, []).append(getattr(found, "id", found))
            return found

        patch.setattr(module, name, read)

    def __call__(self, act: Callable[[Session], Any]) -> Callable[[], None]:
        """The act, parted in two."""

        def run() -> None:
            self.mine.read, self.mine.writes = {}, False
            with suppress(_ThrownAway), transaction() as db:
                act(db)
                raise _ThrownAway
            self.all_have_read.wait()
            self.mine.writes = True
            with transaction() as db:
                act(db)

        return run


def _as_unused(told: UUID, db: Session, *_args: Any) -> Code:
    code = db.get_one(Code, told)
    code.used_at = None
    return code


def _as_offered(told: UUID, db: Session, *_args: Any) -> Place:
    return db.get_one(Place, told)
