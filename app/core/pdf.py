"""Documents as PDF, set in the font that set-up fetched: no machine need have one installed."""

from pathlib import Path

from fpdf import FPDF

FONT = Path(__file__).parents[1] / "fonts" / "NotoSansCJKsc-Regular.otf"
FAMILY = "noto"


def new_document(title: str, *, landscape: bool = False) -> FPDF:
    """An A4 document with one page, the font chosen; only the signs that are used go into it.

    Raises `FileNotFoundError` where set-up has not fetched the font.
    """
    document = FPDF(orientation="landscape" if landscape else "portrait", format="A4")
    document.set_title(title)
    document.set_creator("粤工汇")
    document.add_font(FAMILY, fname=FONT)
    document.add_page()
    document.set_font(FAMILY, size=12)
    return document
