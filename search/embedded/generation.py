"""The folders of an index: each rebuild fills a new one, and one small file says which is live."""

import os
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from search.embedded.journal import Journal, Mark
from search.embedded.state import Snapshot, State
from search.embedded.words import WordIndex
from search.engine import LAYOUT, Document, Entry, Vector, WriteResult

# raised when the files change: an older folder is then left behind and everything indexed again
FORMAT = 1
_POINTER = "CURRENT"
_LAYOUT = "LAYOUT"  # beside the files of a folder: what its documents hold
Stamp = tuple[int, int] | None


def current(root: Path) -> str:
    """The name of the live folder, empty when there is none of this format."""
    try:
        name = (root / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    return name if name.startswith(f"v{FORMAT}-") and (root / name).is_dir() else ""


def pointed(root: Path) -> Stamp:
    """Changes with every switch."""
    return _version(root / _POINTER)


def fresh(root: Path) -> Path:
    """A new, empty folder beside the live one; what an earlier try left half made is removed."""
    discard_others(root, current(root))
    numbers = [int(path.name.rpartition("-")[2]) for path in root.glob("v*-*")]
    folder = root / f"v{FORMAT}-{max(numbers, default=0) + 1:06d}"
    folder.mkdir(parents=True)
    (folder / _LAYOUT).write_text(f"{LAYOUT}\n", encoding="utf-8")
    return folder


def layout_of(folder: Path) -> int:
    """The layout that the documents of a folder have; 0 before folders said so."""
    try:
        said = (folder / _LAYOUT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return 0
    return int(said) if said.isascii() and said.isdecimal() else 0


def switch(root: Path, folder: Path) -> None:
    """Make `folder` the live one, at once and durably."""
    beside = root / f"{_POINTER}.new"
    with beside.open("w", encoding="utf-8") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(root / _POINTER)


def discard_others(root: Path, name: str) -> None:
    """Remove every folder but the live one; readers that still look at one keep what they see."""
    for path in root.glob("v*-*"):
        if path.name != name:
            shutil.rmtree(path, ignore_errors=True)


class Generation:
    """One folder: word index, journal, and the state read from them."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.journal = Journal(folder)
        self._words = WordIndex(folder / "words")
        self._stamp = folder / "words" / "meta.json"
        self._seen: Stamp = None
        self._state = State()
        self._lock = threading.Lock()
        self._snapshot = self._read()

    def snapshot(self) -> Snapshot:
        """The last commit of any process; costs one look at a file when nothing is new."""
        if self._seen != _version(self._stamp):
            with self._lock:
                if self._seen != _version(self._stamp):
                    self._snapshot = self._read()
        return self._snapshot

    def _read(self) -> Snapshot:
        # looked at first: a commit in between is then seen as new by the next request
        seen = _version(self._stamp)
        view = self._words.view()
        mark = Mark(**view.state)
        self._state.extend(self.journal.read(self._state.mark, mark), mark)
        snapshot = self._state.snapshot(view, self.journal.vectors(self._state.dimension, mark))
        self._seen = seen
        return snapshot

    def write(
        self, upserts: Sequence[Entry], deletes: Mapping[str, int], *, large: bool = False
    ) -> WriteResult:
        """One commit; the caller makes sure that nobody else writes."""
        self.snapshot()
        entries, outdated = self._newest(
            entry for entry in upserts if entry.document.id not in deletes
        )
        gone = {id_: v for id_, v in sorted(deletes.items()) if v >= self._version_of(id_)}
        if entries or gone:
            mark = self.journal.append(self._state.mark, entries, gone)
            rows = enumerate(entries, start=self._state.mark.rows)
            self._words.write(rows, gone, mark.as_dict(), large=large)
            self.snapshot()
        late = (id_ for id_ in deletes if id_ not in gone)
        return WriteResult(len(entries), (*outdated, *late))

    def _newest(self, upserts: Iterable[Entry]) -> tuple[list[Entry], list[str]]:
        """The entries that are at least as new as what is indexed and as each other."""
        chosen: dict[str, Entry] = {}
        outdated: list[str] = []
        for entry in upserts:
            id_, version = entry.document.id, entry.document.version
            known = chosen[id_].document.version if id_ in chosen else self._version_of(id_)
            if version < known:
                outdated.append(id_)
            else:
                chosen[id_] = entry
        return self._of_one_space(list(chosen.values())), outdated

    def _version_of(self, id_: str) -> int:
        """The version that the index holds or has deleted; before all others when neither."""
        row = self._state.rows.get(id_)
        if row is None:
            return self._state.gone.get(id_, -1)
        return int(self._state.versions.view()[row])

    def _of_one_space(self, entries: list[Entry]) -> list[Entry]:
        """Vectors of another model than the folder's cannot be compared, so they are left out."""
        spaces = (entry.space for entry in entries if entry.vector is not None)
        space = self._state.space or next(spaces, "")
        return [
            entry if entry.space == space else replace(entry, vector=None, space="")
            for entry in entries
        ]

    def versions(self, space: str) -> dict[str, int]:
        """Every live id with its version; with `space`, those that have a vector of it."""
        self.snapshot()
        if space and space != self._state.space:
            return {}
        versions, places = self._state.versions.view(), self._state.places.view()
        rows = dict(self._state.rows)
        return {
            id_: int(versions[row]) for id_, row in rows.items() if places[row] >= 0 or not space
        }

    def document(self, id_: str) -> Document | None:
        row = self._state.rows.get(id_)
        if row is None:
            return None
        offset, size = self._state.documents.view()[row].tolist()
        return self.journal.document((offset, size))

    def vector(self, id_: str, space: str) -> Vector | None:
        snapshot = self.snapshot()
        row = self._state.rows.get(id_)
        if row is None or snapshot.nearness is None or space != snapshot.space:
            return None
        place = int(snapshot.places[row])
        return None if place < 0 else np.array(snapshot.nearness.exact[place])


def _version(stamp: Path) -> Stamp:
    """Changes with every commit, since the file is replaced by each."""
    try:
        found = stamp.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
