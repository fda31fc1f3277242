"""A receipt as PDF."""

from app.core.formats import format_date, format_money
from app.core.i18n import _
from app.core.pdf import new_document
from app.payments.models import Receipt
from app.payments.stages import ReceiptKind
from app.payments.wording import WHYS, method_label

ROW = 9  # millimetres


def title_of(receipt: Receipt) -> str:
    """What a receipt is called."""
    if receipt.kind == ReceiptKind.PAYMENT:
        return _("Receipt no. {number}", number=receipt.number)
    return _("Refund receipt no. {number}", number=receipt.number)


def rows_of(receipt: Receipt) -> list[tuple[str, str]]:
    """What a receipt says, line by line, as it was when it was issued."""
    words = receipt.words
    rows = [
        (_("Issued"), format_date(receipt.issued_at)),
        (_("Organiser"), words["organiser"]),
        (_("Payer"), words["payer"]),
        (_("Training"), words["training"]),
        (_("Booking"), words["order"]),
        (_("Way of payment"), method_label(words["method"])),
    ]
    why = words["why"]
    if why:
        rows.append((_("Reason"), _(WHYS[why])))
    if receipt.corrects:
        rows.append((_("Takes back"), _("Receipt no. {number}", number=receipt.corrects)))
    lines = [(line["participant"], format_money(line["amount"])) for line in words["lines"]]
    return [*rows, *lines, (_("Sum"), format_money(receipt.amount))]


def as_pdf(receipt: Receipt) -> bytes:
    """The same on paper; one of the stand-in says that no money moved."""
    document = new_document(title_of(receipt))
    document.set_font(size=18)
    document.cell(text=title_of(receipt), new_x="LMARGIN", new_y="NEXT", h=2 * ROW)
    document.set_font(size=11)
    for label, said in rows_of(receipt):
        document.cell(text=label, w=50, h=ROW)
        document.multi_cell(text=said or "—", w=0, h=ROW, new_x="LMARGIN", new_y="NEXT")
    if not receipt.words["is_real"]:
        document.ln(ROW)
        document.multi_cell(text=_("No real money moved: this is a trial."), w=0, h=ROW)
    return bytes(document.output())
