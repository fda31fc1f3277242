"""The embedded engine: one writer at a time, any number of readers, one folder."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from pathlib import Path

from search.embedded.generation import (
    Generation,
    current,
    discard_others,
    fresh,
    layout_of,
    pointed,
    switch,
)
from search.embedded.matching import filtered, match
from search.embedded.ranking import Head, head, ordered
from search.embedded.state import KIND, Snapshot
from search.engine import (
    NOTHING,
    Candidate,
    CandidateRequest,
    Candidates,
    Document,
    EngineBusy,
    Entry,
    Kind,
    Order,
    Vector,
    WriteResult,
    misfit_of,
)

# entries written in one commit of a rebuild: bounds memory, not time
_BATCH = 2000


class EmbeddedEngine:
    """An index in a folder. Processes share it: each sees what any of them has committed."""

    def __init__(self, folder: Path, *, patience: float = 30.0) -> None:
        """Open or create; `patience`: seconds to wait for another process that is writing."""
        self._root = folder
        self._patience = patience
        self._opening = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        if not current(folder):
            with self._alone():
                if not current(folder):
                    self._create()
        # looked at first: a switch in between is then seen by the next request
        self._seen = pointed(folder)
        self._live = Generation(folder / current(folder))

    def _create(self) -> None:
        folder = fresh(self._root)
        switch(self._root, folder)

    def apply(self, upserts: Sequence[Entry], deletes: Mapping[str, int] = NOTHING) -> WriteResult:
        """Write and delete in one commit; an older version never overwrites a newer one."""
        with self._alone():
            return self._generation().write(upserts, deletes)

    def candidates(self, request: CandidateRequest) -> Candidates:
        """Both top lists, exact names, true total and counts, all of one commit."""
        snapshot = self._generation().snapshot()
        found = match(snapshot, request)
        passed = filtered(snapshot, request, found.matched)
        best = head(snapshot, request, found, passed.rows)
        named = set(found.named.tolist())
        return Candidates(
            found=_candidates(snapshot, best),
            exact=[snapshot.ids[row] for row in best.rows.tolist() if row in named],
            total=passed.total,
            facets=passed.facets,
            distinct=passed.distinct,
        )

    def page(
        self, request: CandidateRequest, order: Order, offset: int, limit: int
    ) -> Sequence[str]:
        """Ids of one page of a whole order; RELEVANCE goes on where `candidates` ends."""
        snapshot = self._generation().snapshot()
        found = match(snapshot, request)
        passed = filtered(snapshot, request, found.matched).rows
        if order is Order.RELEVANCE:
            passed[head(snapshot, request, found, passed).rows] = False
        rows = ordered(snapshot, found, passed, order)
        return [snapshot.ids[row] for row in rows[offset : offset + limit].tolist()]

    def documents(self, ids: Sequence[str]) -> Sequence[Document]:
        """The documents as they were given; unknown ids are left out."""
        live = self._generation()
        live.snapshot()
        found = (live.document(id_) for id_ in ids)
        return [document for document in found if document is not None]

    def vector(self, id: str, space: str) -> Vector | None:
        """The unit vector of a document in the space of one model."""
        return self._generation().vector(id, space)

    def starting_with(
        self, prefixes: Sequence[str], kinds: Sequence[Kind], limit: int
    ) -> Sequence[Document]:
        """Documents with a suggestion key under one of the prefixes, earlier prefixes first."""
        snapshot = self._generation().snapshot()
        wanted = snapshot.facets[KIND].having(kinds) & snapshot.alive
        rows: dict[int, None] = {}
        for prefix in prefixes:
            found = snapshot.words.rows_prefixed(prefix, 8 * limit)
            rows |= dict.fromkeys(row for row in found if wanted[row])
        return self.documents([snapshot.ids[row] for row in islice(rows, limit)])

    def versions(self, space: str = "") -> Mapping[str, int]:
        """Every id with its version; with `space`, only those with a vector of that model."""
        return self._generation().versions(space)

    def count(self, space: str = "") -> int:
        """How many documents there are, or how many with a vector of one model."""
        return len(self.versions(space))

    def misfit(self) -> str:
        """Why the live folder holds documents of another version, empty when it fits.

        A folder whose files are of another format is left alone and begun anew.
        """
        return misfit_of(layout_of(self._root / current(self._root)))

    def rebuild(self, entries: Iterable[Entry]) -> WriteResult:
        """Fill a fresh folder and switch to it; when that fails the live one stays."""
        with self._alone():
            folder = fresh(self._root)
            try:
                applied = _fill(Generation(folder), iter(entries))
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            switch(self._root, folder)
            self._generation()
            discard_others(self._root, folder.name)
            return WriteResult(applied)

    def kept(self) -> Sequence[str]:
        """Always none: what was replaced goes at once."""
        return ()

    def discard(self) -> None:
        """Nothing to remove."""

    def close(self) -> None:
        """Let the files go; every commit is already on disk."""
        self._live.journal.close()

    def _generation(self) -> Generation:
        if self._seen != pointed(self._root):
            with self._opening:
                seen, name = pointed(self._root), current(self._root)
                if name != self._live.name:
                    # the old one closes with its last reader
                    self._live = Generation(self._root / name)
                self._seen = seen
        return self._live

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The only writer among all processes and threads; the lock dies with its process."""
        until = time.monotonic() + self._patience
        with (self._root / "writer.lock").open("w") as file:
            while not _locked(file.fileno()):
                if time.monotonic() > until:
                    raise EngineBusy(f"another process is writing to {self._root}")
                time.sleep(0.02)
            yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fill(generation: Generation, entries: Iterator[Entry]) -> int:
    applied = 0
    while batch := list(islice(entries, _BATCH)):
        applied += generation.write(batch, NOTHING, large=True).applied
    return applied


def _candidates(snapshot: Snapshot, best: Head) -> list[Candidate]:
    columns = {f: c.codes_of(best.rows) for f, c in snapshot.facets.items() if f != KIND}
    codes = zip(*columns.values(), strict=True) if columns else repeat(())
    prices = snapshot.prices[best.rows].tolist()
    meaning = best.meaning
    return [
        Candidate(
            id=snapshot.ids[row],
            words=best.words.get(row, 0.0),
            meaning=None if meaning is None else meaning.get(row),
            facets={facet: held for facet, held in zip(columns, of_row, strict=True) if held},
            price_from=None if price < 0 else price,
        )
        for row, price, of_row in zip(best.rows.tolist(), prices, codes, strict=False)
    ]
