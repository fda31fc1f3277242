"""A certificate as PDF: a landscape sheet that says the same in ten years as on the first day."""

from collections.abc import Sequence

import segno
from fpdf import FPDF

from app.bookings.certifying import address
from app.bookings.models import Certificate
from app.core.formats import format_date
from app.core.i18n import _, use_locale
from app.core.pdf import FAMILY, new_document

BRAND, INK, QUIET = (22, 74, 132), (28, 34, 42), (88, 98, 110)
WIDTH, HEIGHT = 297, 210  # millimetres
MARGIN = 30
CODE = 30  # one side of the QR code
SMALLEST = 12  # points, of a long name of a training
LANGUAGE = "zh-Hans"


def as_pdf(certificate: Certificate) -> bytes:
    """The sheet, in Chinese whoever asks; the same bytes every time."""
    with use_locale(LANGUAGE):
        document = new_document(_("Certificate of training"), landscape=True)
        document.set_creation_date(certificate.issued_at)
        document.set_auto_page_break(auto=False)
        _frame(document)
        _heading(document)
        _words(document, certificate)
        _foot(document, certificate)
        _code(document, address(certificate))
    return bytes(document.output())


def _frame(document: FPDF) -> None:
    document.set_draw_color(*BRAND)
    for inset, width in ((10, 0.9), (12.5, 0.25)):
        document.set_line_width(width)
        document.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _heading(document: FPDF) -> None:
    document.set_text_color(*BRAND)
    _line(document, 32, 34, _("Certificate of training"))
    document.set_text_color(*QUIET)
    _line(document, 48, 13, "Certificate of Training")


def _words(document: FPDF, certificate: Certificate) -> None:
    document.set_text_color(*INK)
    _line(document, 70, 26, certificate.participant)
    _line(document, 88, 14, _("attended the following training"))
    document.set_text_color(*BRAND)
    _paragraph(document, 100, 20, certificate.training)
    document.set_text_color(*INK)
    _line(document, 128, 13, _("Date: {days}", days=days_of(certificate)))


def _foot(document: FPDF, certificate: Certificate) -> None:
    said: Sequence[str] = (
        _("Organiser: {name}", name=certificate.organiser),
        _("Issued on {date}", date=format_date(certificate.issued_at)),
        _("Number: {number}", number=certificate.identifier),
        _("Whether it is valid is said at {address}", address=address(certificate)),
    )
    for n, text in enumerate(said):
        document.set_text_color(*(INK if n == 0 else QUIET))
        document.set_font(FAMILY, size=13 if n == 0 else 10)
        document.set_xy(MARGIN, 152 + n * 8)
        document.cell(WIDTH - 2 * MARGIN - CODE - 10, 8, text)


def _code(document: FPDF, text: str) -> None:
    """Drawn module by module: sharp on paper, and no picture to be made first."""
    rows = list(segno.make(text, error="m", micro=False).matrix)
    side = CODE / len(rows)
    left, top = WIDTH - MARGIN - CODE, 152.0
    document.set_fill_color(0, 0, 0)
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                document.rect(left + x * side, top + y * side, side, side, style="F")


def days_of(certificate: Certificate) -> str:
    """The day in China, or the first and the last one."""
    first, last = format_date(certificate.starts_at), format_date(certificate.ends_at)
    return first if first == last else _("{first} to {last}", first=first, last=last)


def _line(document: FPDF, top: float, size: int, text: str) -> None:
    """A centred line, as much smaller as it takes to fit."""
    width = WIDTH - 2 * MARGIN
    document.set_font(FAMILY, size=size)
    while document.get_string_width(text) > width and size > SMALLEST:
        size -= 1
        document.set_font(FAMILY, size=size)
    document.set_xy(MARGIN, top)
    document.cell(width, size * 0.45, text, align="C")


def _paragraph(document: FPDF, top: float, size: int, text: str) -> None:
    """Centred, in two lines at most: smaller where it is longer."""
    width = WIDTH - 2 * MARGIN
    document.set_font(FAMILY, size=size)
    while document.get_string_width(text) > 1.8 * width and size > SMALLEST:
        size -= 1
        document.set_font(FAMILY, size=size)
    document.set_xy(MARGIN, top)
    document.multi_cell(width, size * 0.5, text, align="C")
