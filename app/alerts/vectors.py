"""The meanings of all waiting searches in one matrix, which each process keeps up to date."""

import threading
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from app.alerts.models import WatchPlan
from search.engine import Kind, Vector

Mark = tuple[str, int, datetime | None]  # space, how many, the newest


@dataclass(frozen=True, slots=True)
class Meanings:
    """One row for each waiting search with words, in the space of one model."""

    watch_ids: list[UUID]
    kinds: NDArray[np.str_]
    matrix: Vector
    bars: Vector


_EMPTY = Meanings([], np.zeros(0, np.str_), np.zeros((0, 0), np.float32), np.zeros(0, np.float32))


class Kept:
    """The matrix as it was read last; only what is newer is read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: Mark = ("", 0, None)
        self._meanings = _EMPTY

    def of(self, db: Session, space: str) -> Meanings:
        """What waits now in this space; costs one count when nothing is new."""
        with self._lock:
            mark = _mark(db, space)
            if mark != self._mark:
                self._meanings = self._read(db, mark)
                self._mark = mark
            return self._meanings

    def _read(self, db: Session, mark: Mark) -> Meanings:
        (space, total, _newest), (_space, before, since) = mark, self._mark
        if space == self._mark[0] and since is not None:
            added = _load(db, space, col(WatchPlan.at) > since)
            if before + len(added.watch_ids) == total:  # nothing went, nothing was planned anew
                return _joined(self._meanings, added)
        return _load(db, space)


def _mark(db: Session, space: str) -> Mark:
    of_space = (WatchPlan.space == space, WatchPlan.vector != "")
    counted = select(func.count(), func.max(WatchPlan.at)).where(*of_space)
    total, newest = db.exec(counted).one()
    return (space, total, newest)


def _load(db: Session, space: str, *which: ColumnElement[bool]) -> Meanings:
    columns = select(WatchPlan.watch_id, WatchPlan.kind, WatchPlan.vector, WatchPlan.bar)
    of_space = (col(WatchPlan.space) == space, col(WatchPlan.vector) != "", *which)
    rows = db.exec(columns.where(*of_space)).all()
    if not rows:
        return _EMPTY
    vectors = b"".join(b64decode(vector) for _id, _kind, vector, _bar in rows)
    return Meanings(
        watch_ids=[id_ for id_, *_others in rows],
        kinds=np.array([str(Kind(kind)) for _id, kind, _vector, _bar in rows]),
        matrix=np.frombuffer(vectors, "<f4").reshape(len(rows), -1),
        bars=np.array([bar for *_others, bar in rows], np.float32),
    )


def _joined(known: Meanings, added: Meanings) -> Meanings:
    if not known.watch_ids or not added.watch_ids:
        return added if not known.watch_ids else known
    return Meanings(
        [*known.watch_ids, *added.watch_ids],
        np.concatenate([known.kinds, added.kinds]),
        np.concatenate([known.matrix, added.matrix]),
        np.concatenate([known.bars, added.bars]),
    )
