"""Files that only grow: entries, their documents and vectors, read up to a committed length.

The word index says in each commit how far the files count, so words and vectors are one
snapshot: what a killed writer left behind that mark is overwritten by the next one.
"""

import json
import os
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from search.engine import Document, Entry, Vector

_KEPT = 512


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the files count: bytes of each, and rows."""

    lines: int = 0
    documents: int = 0
    vectors: int = 0
    rows: int = 0

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Line:
    """What is kept in memory of one entry; `document` is (offset, bytes) in the documents file."""

    id: str
    kind: str
    version: int
    alphabetical: str
    facets: Mapping[str, list[str]]
    price_from: int | None
    date: str
    space: str
    dimension: int
    document: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Gone:
    """A deleted id, and the version as of which it was deleted."""

    id: str
    version: int


class Journal:
    """The three files of one generation."""

    def __init__(self, folder: Path) -> None:
        self._lines = folder / "entries.jsonl"
        self._documents = folder / "documents.jsonl"
        self._vectors = folder / "vectors.f32"
        for path in (self._lines, self._documents, self._vectors):
            path.touch()
        # kept open until nobody looks: a reader goes on with a folder that a rebuild has replaced
        self._reading = os.open(self._documents, os.O_RDONLY)
        # the next filter or page often shows the same; without `self`, which has to go when unused
        self._document = lru_cache(maxsize=_KEPT)(partial(_document, self._reading))
        self.close = weakref.finalize(self, os.close, self._reading)

    def append(self, mark: Mark, entries: list[Entry], gone: Mapping[str, int]) -> Mark:
        """Write behind `mark` and make it durable; counts only once a commit carries the result."""
        lines = (_encode({"gone": id_, "version": version}) for id_, version in gone.items())
        written = bytearray(b"".join(lines))
        documents, vectors = bytearray(), bytearray()
        for entry in entries:
            text = _encode(entry.document.as_dict())
            place = (mark.documents + len(documents), len(text))
            written += _encode(_line_values(entry, place))
            documents += text
            if entry.vector is not None:
                vectors += np.ascontiguousarray(entry.vector, "<f4").tobytes()
        _write(self._lines, mark.lines, written)
        _write(self._documents, mark.documents, documents)
        _write(self._vectors, mark.vectors, vectors)
        return Mark(
            mark.lines + len(written),
            mark.documents + len(documents),
            mark.vectors + len(vectors),
            mark.rows + len(entries),
        )

    def read(self, since: Mark, until: Mark) -> Iterator[Line | Gone]:
        """What was written between two marks, in order."""
        with self._lines.open("rb") as file:
            file.seek(since.lines)
            while file.tell() < until.lines:
                yield _decode(json.loads(file.readline()))

    def document(self, place: tuple[int, int]) -> Document:
        """The document that a line points to."""
        return self._document(place)

    def vectors(self, dimension: int, until: Mark) -> Vector:
        """All vectors up to the mark, float32 [n, dimension], mapped and not read."""
        count = until.vectors // (4 * dimension) if dimension else 0
        if not count:
            return np.zeros((0, dimension), np.float32)
        mapped = np.memmap(self._vectors, "<f4", "r", shape=(count, dimension))
        return np.asarray(mapped)  # a plain array over the same file: rows are read faster


def _write(path: Path, offset: int, content: bytearray) -> None:
    if not content:
        return
    with path.open("r+b") as file:
        file.seek(offset)
        file.truncate()
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _document(descriptor: int, place: tuple[int, int]) -> Document:
    offset, size = place
    return Document.from_dict(json.loads(os.pread(descriptor, size, offset).decode()))


def _encode(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _line_values(entry: Entry, place: tuple[int, int]) -> dict[str, Any]:
    document = entry.document
    return {
        "id": document.id,
        "kind": document.kind,
        "version": document.version,
        "alphabetical": entry.alphabetical,
        "facets": {facet: list(codes) for facet, codes in document.facets.items()},
        "price_from": document.price_from,
        "date": document.date,
        "space": entry.space if entry.vector is not None else "",
        "dimension": 0 if entry.vector is None else len(entry.vector),
        "document": place,
    }


def _decode(values: dict[str, Any]) -> Line | Gone:
    if "gone" in values:
        return Gone(values["gone"], values.get("version", 0))
    return Line(**values | {"document": tuple(values["document"])})
