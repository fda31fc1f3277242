"""How much of a file is read before it is refused."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of a file, bytes it may unpack to and how many times its size, rows, columns, pages."""

    size: int = 50 * MEBIBYTE
    unpacked: int = 600 * MEBIBYTE
    ratio: int = 150
    rows: int = 200_000
    columns: int = 200
    pages: int = 1_000
