"""What a file is, by its content: exports often carry the wrong extension."""

import re
from enum import StrEnum

from ingest.errors import Unreadable
from ingest.readers.encoding import utf16_without_mark

_HEAD = 4096


class FileType(StrEnum):
    """The kinds of file that can hold a list."""

    XLSX = "xlsx"
    XLS = "xls"
    PDF = "pdf"
    HTML = "html"
    TEXT = "text"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAGS = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|table|tbody|tr|div)[\s>]", re.IGNORECASE
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")
_CONTROLS = bytes(range(1, 9)) + bytes(range(14, 27)) + bytes(range(28, 32))
_OTHERS = {
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "SQLite",
    b"MIME-Version:": "MHTML",
}


def file_type(data: bytes) -> FileType:
    """The type of a file. Raises Unreadable when it is empty or can hold no list we can read."""
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("This file is empty.")
    if data.startswith(_ZIP):
        return FileType.XLSX
    if data.startswith(_OLE):
        return _ole_type(data)
    if b"%PDF-" in data[:1024]:
        return FileType.PDF
    for mark, name in _OTHERS.items():
        if data.startswith(mark):
            raise _wrong(name)
    return _text_type(data)


def _ole_type(data: bytes) -> FileType:
    """Old Office files and encrypted new ones share one container; stream names tell them apart."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("This workbook is encrypted. Remove its password and try again.")
    streams = {
        "Workbook": "",
        "WordDocument": "Word",
        "PowerPoint Document": "PowerPoint",
        "Book": "",
    }
    found = (name for name in streams if name.encode("utf-16-le") in data)
    if wrong := streams.get(next(found, ""), "Office"):
        raise _wrong(wrong)
    return FileType.XLS


def _text_type(data: bytes) -> FileType:
    head = data[:_HEAD]
    plain = head.replace(b"\0", b"")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain and b"<?xml" in plain[:200]:
        raise _wrong("XML Spreadsheet 2003")
    if plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and _TAGS.search(plain):
        return FileType.HTML
    if not head.startswith(_MARKS) and not utf16_without_mark(head) and _is_binary(head):
        raise _wrong("binary")
    return FileType.TEXT


def _is_binary(head: bytes) -> bool:
    strange = len(head) - len(head.translate(None, _CONTROLS))
    return strange * 50 > len(head)


def _wrong(name: str) -> Unreadable:
    return Unreadable(
        "This is a file of type {type}, which holds no list I can read. "
        "Save it as XLSX, CSV, HTML or PDF.",
        type=name,
    )
