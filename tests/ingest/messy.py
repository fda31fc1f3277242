"""Files as messy as public lists are, made on the spot."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from pathlib import Path

import openpyxl
import xlwt
from reportlab.lib.pagesizes import A5
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

Cells = Sequence[Sequence[object]]
Merges = Sequence[str]

VENDOR_HEADINGS = ["序号", "企业名称", "统一社会信用代码", "所在地市", "主营业务"]
VENDORS = [
    [1, "广州明珞装备股份有限公司", "91440101677780467U", "广州市", "智能产线"],
    [2, "深圳市汇川技术股份有限公司", "91440300746645229R", "深圳市", "工业自动化"],
    [3, "广东美云智数科技有限公司", "91440606345502331H", "佛山市", "工业软件"],
]
VENDOR_LIST = [VENDOR_HEADINGS, *VENDORS]


def xlsx(
    path: Path,
    sheets: Mapping[str, Cells],
    merges: Mapping[str, Merges] | None = None,
    hidden: Sequence[str] = (),
) -> Path:
    """A workbook with these sheets; `merges` lists merged ranges by sheet ("A1:C1")."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for merged in (merges or {}).get(name, ()):
            sheet.merge_cells(merged)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def xls(path: Path, rows: Cells, merges: Sequence[tuple[int, int, int, int]] = ()) -> Path:
    """An old workbook; `merges` are (first row, last row, first column, last column) from 0."""
    book = xlwt.Workbook()
    hidden = book.add_sheet("字典")
    hidden.visibility = 1
    sheet = book.add_sheet("名单")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm")
    tops = {(top, left): (bottom, right) for top, bottom, left, right in merges}
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if (at, column) in tops:
                bottom, right = tops[at, column]
                sheet.write_merge(at, bottom, column, right, value)
            elif value is not None:
                dated = isinstance(value, date | time)
                sheet.write(at, column, value, day if dated else xlwt.Style.default_style)
    book.save(str(path))
    return path


def csv(path: Path, rows: Cells, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A delimited file without any quoting, as the cells are given."""
    lines = [delimiter.join(str(cell) for cell in row) for row in rows]
    return text(path, "\r\n".join(lines) + "\r\n", encoding)


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """A file of this text, in this encoding."""
    path.write_bytes(content.encode(encoding))
    return path


def html_table(rows: Cells, tag: str = "td") -> str:
    """The markup of a plain table."""
    lines = ("".join(f"<{tag}>{cell}</{tag}>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def html(path: Path, body: str, declared: str = "utf-8", encoding: str | None = None) -> Path:
    """A page that declares one charset and may be in another."""
    head = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}">'
    return text(
        path, f"{head}<title>list</title></head><body>{body}</body></html>", encoding or declared
    )


class PdfPage:
    """A page to draw ruled tables on, in Chinese."""

    left, top, width, height = 20, A5[1] - 40, 75, 22

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.down = 0.0
        canvas.setFont("STSong-Light", 9)

    def write(self, words: str) -> None:
        """A line of text across the page."""
        self.canvas.drawString(self.left, self.top - self.down - 14, words)
        self.down += self.height

    def row(self, cells: Sequence[str], *, opened: bool = False) -> None:
        """A row with rules around every cell, except below when it is `opened`."""
        lines = max(cell.count("\n") + 1 for cell in cells)
        height = self.height * lines
        top, bottom = self.top - self.down, self.top - self.down - height
        for at, cell in enumerate(cells):
            left = self.left + at * self.width
            for number, words in enumerate(cell.split("\n")):
                self.canvas.drawString(left + 3, top - 14 - number * self.height, words)
            self.canvas.line(left, top, left, bottom)
        right = self.left + len(cells) * self.width
        self.canvas.line(right, top, right, bottom)
        self.canvas.line(self.left, top, right, top)
        if not opened:
            self.canvas.line(self.left, bottom, right, bottom)
        self.down += height


def pdf(path: Path, *pages: Callable[[PdfPage], None], password: str | None = None) -> Path:
    """A PDF with one page for each drawing."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=A5, encrypt=password)
    for draw in pages:
        draw(PdfPage(canvas))
        canvas.showPage()
    canvas.save()
    return path


def repacked(path: Path, change: Mapping[str, bytes]) -> Path:
    """The same workbook with the bytes of some of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (parts | dict(change)).items():
            new.writestr(name, content)
    return path
