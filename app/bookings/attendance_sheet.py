"""The list of a sitting for the door: names, whom each is from, and room for a signature."""

from collections.abc import Sequence

from fpdf.fonts import FontFace

from app.bookings.attending import Attendee
from app.bookings.models import Sitting
from app.bookings.wording import span
from app.catalogue.models import Training
from app.core.i18n import _
from app.core.pdf import FAMILY, new_document

WIDTHS = (10, 40, 62, 38, 40)  # millimetres
LINE = 9
HEAD = FontFace(emphasis="", fill_color=(236, 239, 243))  # the font has one weight


def as_pdf(sitting: Sitting, training: Training, attendees: Sequence[Attendee]) -> bytes:
    """Every confirmed seat on A4 pages; the head of the table stands on each."""
    document = new_document(_("Attendance list"))
    document.set_font(FAMILY, size=16)
    document.multi_cell(0, 8, _("Attendance list"), new_x="LMARGIN", new_y="NEXT")
    document.set_font(FAMILY, size=11)
    for line in (training.name, f"{span(sitting)} · {sitting.venue or ''} {sitting.identifier}"):
        document.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    document.ln(3)
    document.set_font(FAMILY, size=10)
    head = ("", _("Participant"), _("Organisation"), _("Job"), _("Signature"))
    with document.table(col_widths=WIDTHS, line_height=LINE, headings_style=HEAD) as table:
        table.row(head)
        for n, one in enumerate(attendees, 1):
            seat = one.booking
            table.row((str(n), seat.participant, one.organisation, seat.job or "", ""))
    return bytes(document.output())
