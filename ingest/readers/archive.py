"""Checks on the ZIP container of a workbook, made before anything reads what is inside."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from ingest.errors import Unreadable
from ingest.readers.limits import MEBIBYTE, Limits

_CHUNK = 256 * 1024
_SMALL = 20 * MEBIBYTE
_DECLARATION = re.compile(rb"<!(?:ENTITY|DOCTYPE)")
# Cells with content (not self-closing) past column Z or row 99,999, the few worth a closer look;
# rows as far down; and cells that do not say where they are, so that their row decides.
_CELL = rb"<(?:\w+:)?c(?=[\s>])"
_FAR_CELL = re.compile(
    _CELL
    + rb"""[^>]*?\sr\s*=\s*["']([A-Za-z]{2,9}(?=\d)|[A-Za-z](?=\d{6}))(\d{1,9})["']"""
    + rb"(?:[^>]*[^/])?>"
)
_FAR_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*["'](\d{6,9})["'](?:[^>]*[^/])?>""")
_PLACELESS_CELL = re.compile(_CELL + rb"""(?![^>]*\sr\s*=)(?:[^>]*[^/])?>""")
_OVERLAP = 256
_LOCAL_HEADER = 30


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse a container that is no workbook, is a bomb, or has cells beyond the limits.

    Sizes in the directory can lie, so every part is inflated here, in bounded memory, and
    counted.
    """
    with _open(data) as archive:
        entries = archive.infolist()
        _check_kind([entry.filename for entry in entries])
        _check_sizes(sum(entry.file_size for entry in entries), len(data), limits)
        total = 0
        for entry in entries:
            before = b""
            for chunk in _inflate(data, entry):
                total += len(chunk)
                _check_sizes(total, len(data), limits)
                _check_part(before + chunk, limits)
                before = chunk[-_OVERLAP:]


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable("This workbook is damaged: {detail}", detail=error) from error


def _check_kind(names: list[str]) -> None:
    if "xl/workbook.xml" not in names:
        word = any(name.startswith("word/") for name in names)
        raise Unreadable(
            "This is a file of type {type}, which holds no list I can read. "
            "Save it as XLSX, CSV, HTML or PDF.",
            type="Word" if word else "ZIP",
        )


def _check_sizes(unpacked: int, packed: int, limits: Limits) -> None:
    if unpacked > limits.unpacked or (unpacked > _SMALL and unpacked > limits.ratio * packed):
        raise Unreadable(
            "This file unpacks to more than {size} MB, far more than a list would need. "
            "It was not opened.",
            size=unpacked // MEBIBYTE,
        )


def _check_part(text: bytes, limits: Limits) -> None:
    """The reader makes a grid as large as the furthest cell, so a lone far cell would fill memory.

    Every part is looked at, for any part can be named as a sheet.
    """
    if _DECLARATION.search(text):
        raise Unreadable(
            "This workbook declares XML entities, as no real one does. It was refused."
        )
    for found in _FAR_CELL.finditer(text):
        if int(found[2]) > limits.rows or _column(found[1].upper()) > limits.columns:
            raise _beyond((found[1] + found[2]).decode("ascii"), limits)
    for found in _FAR_ROW.finditer(text):
        if int(found[1]) > limits.rows and _PLACELESS_CELL.search(text):
            raise _beyond(found[1].decode("ascii"), limits)


def _beyond(cell: str, limits: Limits) -> Unreadable:
    return Unreadable(
        "Cell {cell} lies beyond the limit of {rows} rows and {columns} columns.",
        cell=cell,
        rows=limits.rows,
        columns=limits.columns,
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _inflate(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, chunk by chunk, whatever length its directory entry claims."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
        raise Unreadable("This workbook is encrypted or packed in an unusual way.")
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER:
        raise Unreadable("This workbook is damaged: {detail}", detail=entry.filename)
    name, extra = struct.unpack("<HH", header[26:30])
    start = entry.header_offset + _LOCAL_HEADER + name + extra
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK))
        return
    yield from _unpack(packed, entry.filename)


def _unpack(packed: bytes, name: str) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), _CHUNK):
            waiting = packed[at : at + _CHUNK]
            while waiting and not stream.eof:
                yield stream.decompress(waiting, _CHUNK)
                waiting = stream.unconsumed_tail
    except zlib.error as error:
        raise Unreadable("This workbook is damaged: {detail}", detail=name) from error
