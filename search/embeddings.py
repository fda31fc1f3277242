"""Texts to vectors: any sentence-transformers model behind one small door."""

import copy
import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
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


class ModelUnavailable(RuntimeError):
    """The model cannot be loaded; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """An embedder, or None with the reason why search has to do without meaning."""

    embedder: Embedder | None
    reason: str = ""


def find_embedder(model: str | None, *, threads: int = 1) -> Found:
    """A model by folder or hub name, loaded when first used; never raises when there is none.

    `threads`: one is best while serving (two on busy cores made the slowest answers twenty
    times slower); building a large index alone may use more.
    """
    if not model:
        return Found(None, "no embedding model is configured")
    folder = Path(model)
    if folder.is_dir() and not (folder / "config.json").is_file():
        return Found(None, f"the folder {model} holds no embedding model")
    if not folder.is_dir() and not _HUB_NAME.fullmatch(model):
        return Found(None, f"there is no embedding model in {model}")
    return Found(TransformerEmbedder(model, threads=threads))


class TransformerEmbedder:
    """A sentence-transformers model; prompts and dimension are the model's own.

    Loading takes seconds and happens when the first text is embedded, which raises
    ModelUnavailable when the model cannot be loaded.
    """

    def __init__(self, model: str, *, threads: int = 1) -> None:
        self.name = _identity(model)
        self._load = lru_cache(maxsize=1)(lambda: _load(model, threads))
        self._documents: SentenceTransformer | None = None
        # tokenizers are not safe to share between threads; each kind of work has its own
        self._asking = threading.Lock()
        self._indexing = threading.Lock()

    @property
    def dimension(self) -> int:
        """Width of the vectors."""
        return int(self.encode_queries([""]).shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; texts beyond the model's length are cut by the model."""
        with self._asking:
            rows = self._load().encode_query(
                list(texts) or [""], normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(rows, np.float32)[: len(texts)]

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """One unit row a text; texts of like length share a batch, so little is padding."""
        if not texts:
            return self.encode_queries(texts)
        rows: list[Vectors] = [np.empty(0, np.float32)] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        with self._indexing:
            model = self._documents_model()
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                encoded = model.encode_document(
                    [texts[i] for i in batch], normalize_embeddings=True, show_progress_bar=False
                )
                for i, row in zip(batch, encoded, strict=True):
                    rows[i] = np.asarray(row, np.float32)
                if progress is not None:
                    progress(start + len(batch), len(order))
        return np.stack(rows)

    def _documents_model(self) -> "SentenceTransformer":
        """A second tokenizer over the same weights, so that indexing never makes a query wait."""
        if self._documents is None:
            with self._asking:
                model = self._load()
                shared = {id(part): part for part in model.modules() if _is_network(part)}
                self._documents = copy.deepcopy(model, shared)
        return self._documents


def _load(model: str, threads: int) -> "SentenceTransformer":
    import torch  # noqa: PLC0415 (torch and transformers take seconds to import)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    try:
        loaded = SentenceTransformer(model, device="cpu", local_files_only=Path(model).is_dir())
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelUnavailable(f"the embedding model {model} cannot be loaded: {error}") from error
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
