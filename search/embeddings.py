"""Texts to vectors: any sentence-transformers model behind one small door."""

import copy
import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

MAXIMUM_LENGTH = 512
BATCH = 16
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


class Embedder(Protocol):
    """Turns texts into unit rows: float32 [texts, dimension]."""

    @property
    def name(self) -> str:
        """Identifies the model and its weights: vectors of different names never mix."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_documents(
        self, texts: Sequence[str], progress: Progress | None = None
    ) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """An embedder, or None with the reason why search has to do without meaning."""

    embedder: Embedder | None
    reason: str = ""


def load_embedder(model: str | None, *, threads: int = 1) -> Loaded:
    """Load a model by folder or hub name; never raises when there is none, but says why.

    `threads`: one is best while serving (two on busy cores made the slowest answers twenty
    times slower); building a large index alone may use more.
    """
    if not model:
        return Loaded(None, "no embedding model is configured")
    folder = Path(model)
    if not folder.is_dir() and not _HUB_NAME.fullmatch(model):
        return Loaded(None, f"there is no embedding model in {model}")
    try:
        return Loaded(TransformerEmbedder(model, threads=threads))
    except (OSError, ValueError, KeyError, ImportError) as error:
        return Loaded(None, f"the embedding model {model} cannot be loaded: {error}")


class TransformerEmbedder:
    """A sentence-transformers model; prompts and dimension are the model's own."""

    def __init__(self, model: str, *, threads: int = 1) -> None:
        self._queries = _load(model, threads)
        self.name = _identity(model)
        self.dimension = int(self._queries.encode_query([""]).shape[1])
        self._documents: SentenceTransformer | None = None
        # tokenizers are not safe to share between threads; each kind of work has its own
        self._asking = threading.Lock()
        self._indexing = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; texts beyond the model's length are cut by the model."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._asking:
            rows = self._queries.encode_query(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(rows, np.float32)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """One unit row a text; texts of like length share a batch, so little is padding."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        with self._indexing:
            model = self._documents_model()
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                rows[batch] = model.encode_document(
                    [texts[i] for i in batch], normalize_embeddings=True, show_progress_bar=False
                )
                if progress is not None:
                    progress(start + len(batch), len(order))
        return rows

    def _documents_model(self) -> "SentenceTransformer":
        """A second tokenizer over the same weights, so that indexing never makes a query wait."""
        if self._documents is None:
            with self._asking:
                shared = {id(part): part for part in self._queries.modules() if _is_network(part)}
                self._documents = copy.deepcopy(self._queries, shared)
        return self._documents


def _load(model: str, threads: int) -> "SentenceTransformer":
    import torch  # noqa: PLC0415 (torch and transformers take seconds to import)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    loaded = SentenceTransformer(model, device="cpu", local_files_only=Path(model).is_dir())
    loaded.max_seq_length = min(loaded.max_seq_length or MAXIMUM_LENGTH, MAXIMUM_LENGTH)
    return loaded.eval()


def _is_network(part: object) -> bool:
    """Weights live in parts that know their own parameters and have no tokenizer beside them."""
    return not hasattr(part, "tokenizer") and not hasattr(part, "processor")


def _identity(model: str) -> str:
    """A folder is known by its name and content, since another model may move into it."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
        digest.update(_tail(path))
    return f"{folder.name}@{digest.hexdigest()[:12]}"


def _tail(path: Path, size: int = 65536) -> bytes:
    """The end of a file is enough to tell weights apart, and half a gigabyte is not read."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size), os.SEEK_SET)
        return file.read()
