"""Vectors kept by model and content: a text is embedded once, whatever happens to its record."""

import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from search.embeddings import Embedder, Progress, Vectors

# so many are embedded between two writes: what a killed run has done is not done again
GROUP = 256
QUERIES = 1024


class CachedEmbedder:
    """An embedder that remembers documents in a SQLite file and recent queries in memory."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self._embedder = embedder
        self._path = path
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connect() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (model TEXT, digest BLOB, vector BLOB NOT NULL,"
                " PRIMARY KEY (model, digest)) WITHOUT ROWID"
            )

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit rows [texts, dimension]; the last thousand different queries cost nothing."""
        with self._lock:
            known = {text: self._recent[text] for text in texts if text in self._recent}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:  # asked for nothing, a model still takes its time
            known |= dict(zip(missing, self._embedder.encode_queries(missing), strict=True))
        with self._lock:
            for text in texts:
                self._recent[text] = known[text]
                self._recent.move_to_end(text)
            while len(self._recent) > QUERIES:
                self._recent.popitem(last=False)
        return self._stack([known[text] for text in texts])

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit rows [texts, dimension]; `progress` counts only what really has to be embedded."""
        digests = [hashlib.sha256(text.encode()).digest() for text in texts]
        wanted = dict(zip(digests, texts, strict=True))
        known = self._read(list(wanted))
        missing = [digest for digest in wanted if digest not in known]
        for start in range(0, len(missing), GROUP):
            group = missing[start : start + GROUP]
            known |= self._embed(group, [wanted[digest] for digest in group])
            if progress is not None:
                progress(start + len(group), len(missing))
        return self._stack([known[digest] for digest in digests])

    def _embed(self, digests: list[bytes], texts: list[str]) -> dict[bytes, Vectors]:
        vectors = self._embedder.encode_documents(texts)
        rows = [
            (self.name, digest, row.tobytes()) for digest, row in zip(digests, vectors, strict=True)
        ]
        with self._connect() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
        return dict(zip(digests, vectors, strict=True))

    def _read(self, digests: list[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        query = "SELECT vector FROM vectors WHERE model = ? AND digest = ?"
        with self._connect() as connection:
            for digest in digests:
                row = connection.execute(query, (self.name, digest)).fetchone()
                if row is not None:
                    found[digest] = np.frombuffer(row[0], np.float32)
        return found

    def _stack(self, rows: list[Vectors]) -> Vectors:
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """One short connection a call: threads and processes need share nothing but the file."""
        with closing(sqlite3.connect(self._path, timeout=30)) as connection, connection:
            yield connection
