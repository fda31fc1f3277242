"""From bytes to text: byte order mark, then UTF-8, then what is declared, then GB 18030.

GB 18030 is the superset of what "gb2312" and "gbk" mean in practice. Big5 bytes are nearly always
valid GB 18030 as well, so Big5 is read only when a page declares it or a person asks for it.
"""

import codecs
import re
from dataclasses import dataclass

from ingest.errors import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "cp950"}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SAMPLE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, the bytes of its mark, and how many characters cannot be read."""

    name: str
    mark: int = 0
    lost: int = 0

    def decode(self, data: bytes) -> str:
        """The text, with U+FFFD for what cannot be read."""
        return data[self.mark :].decode(self.name, errors="replace")


def detect(data: bytes, *, asked: str | None = None, declared: str | None = None) -> Encoding:
    """The encoding of a file. `asked` is a person's word and final; `declared` the file's own.

    Raises Unreadable when the bytes are not in the encoding a person asked for.
    """
    if asked:
        return _as_asked(data, asked)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _forgiving(data, name, len(mark))
    for name in _ladder(data, declared):
        if _fits(data, name):
            return Encoding(name)
    return min((_forgiving(data, name) for name in ("utf-8", "gb18030")), key=_lost)


def codec_named(name: str) -> str | None:
    """The codec that a charset's name stands for in practice, if there is one."""
    name = name.strip().lower()
    try:
        return _WIDER.get(name) or codecs.lookup(name).name
    except LookupError:
        return None


def _as_asked(data: bytes, asked: str) -> Encoding:
    codec = codec_named(asked)
    if codec is None:
        raise Unreadable("There is no encoding called {encoding}.", encoding=asked)
    for name in (codec, "big5hkscs") if codec == "cp950" else (codec,):
        if _fits(data, name):
            return Encoding(name)
    raise Unreadable("This file is not in the encoding {encoding}.", encoding=asked)


def _fits(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeError:
        return False
    return True


def _ladder(data: bytes, declared: str | None) -> list[str]:
    """Encodings to try in order; what is valid UTF-8 by accident is not taken for it."""
    codec = codec_named(declared) if declared else None
    ladder = [codec] if codec and codec != "utf-8" else []
    if _is_short_gb(data):
        return [*ladder, "gb18030", "utf-8"]
    wide = utf16_without_mark(data)
    return ([wide] if wide else []) + ["utf-8", *ladder, "gb18030"]


def _is_short_gb(data: bytes) -> bool:
    """ "联通" in GB 18030 is also valid UTF-8, of letters that no Chinese list uses."""
    try:
        read = data.decode("utf-8")
        other = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return not read.isascii() and not _CHINESE.search(read) and bool(_CHINESE.search(other))


def utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 shows as every second byte of its commas and line breaks being zero."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 20 < len(sample) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _forgiving(data: bytes, name: str, mark: int = 0) -> Encoding:
    return Encoding(name, mark, Encoding(name, mark).decode(data).count("\ufffd"))


def _lost(encoding: Encoding) -> int:
    return encoding.lost
