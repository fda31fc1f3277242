"""The command that compares the books of money with each other and with the payment service."""

from typing import Annotated

import typer

from app.cli.output import complain, say, say_json
from app.core.db import transaction
from app.core.i18n import _, ngettext
from app.payments.reconciling import reconcile

DIFFERS = 1


def register(app: typer.Typer) -> None:
    """Add `reconcile` to `pool`."""
    app.command("reconcile")(compare)


def compare(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare seats, payments and the payment service: 0 when they agree, 1 with differences."""
    with transaction(writes=False) as db:
        compared = reconcile(db)
    if as_json:
        counts = {
            "orders": compared.orders,
            "payments": compared.payments,
            "sessions": compared.sessions,
        }
        found = [{"about": one.about, "said": str(one)} for one in compared.differences]
        say_json({**counts, "differences": found})
    elif not compared.differences:
        say(
            _(
                "{orders} bookings, {payments} payments and {sessions} sessions of the payment "
                "service agree.",
                orders=compared.orders,
                payments=compared.payments,
                sessions=compared.sessions,
            )
        )
    else:
        for difference in compared.differences:
            complain(str(difference))
        complain(ngettext("One difference.", "{n} differences.", len(compared.differences)))
    if compared.differences:
        raise typer.Exit(DIFFERS)
