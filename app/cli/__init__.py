"""The `pool` command: the one place where the site, the pool's rules and ingestion meet."""

import sys
from collections.abc import Mapping
from typing import NoReturn

import typer
from sqlalchemy.exc import OperationalError

from app.cli import (
    auditing,
    bench,
    doctor,
    drawing,
    finding,
    matching,
    moving,
    outbox,
    people,
    receiving,
    reconciling,
    running,
)
from app.cli.output import complain
from app.core import i18n
from app.core.errors import Refusal
from app.core.logs import configure_logging
from app.core.settings import get_settings, set_bad_aside
from ingest.errors import Unreadable
from search.engine import EngineAway, EngineUnusable

REFUSED, WRONG_USE = 1, 2
QUIET = "WARNING"  # commands speak for themselves; the site sets its own level

app = typer.Typer(
    name="pool",
    help="粤工汇: the supply resource pool. Every command that prints data has --json.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PARTS = (
    running,
    doctor,
    receiving,
    finding,
    matching,
    people,
    outbox,
    moving,
    drawing,
    auditing,
    reconciling,
    bench,
)
for part in PARTS:
    part.register(app)


def main() -> None:
    """Run a command: exit code 0 when done, 1 when something was refused, 2 for wrong use."""
    faults = set_bad_aside()
    settings = get_settings()
    configure_logging(settings.model_copy(update={"log_level": QUIET}))
    with i18n.use_locale(settings.language):
        if faults and doctor.NAME not in sys.argv:
            _refuse(faults)
        try:
            app(obj=faults)
        except Refusal as refusal:
            complain(i18n._(refusal.message, **refusal.values))
            sys.exit(REFUSED)
        except Unreadable as unreadable:
            complain(i18n._(unreadable.message, **unreadable.values))
            sys.exit(WRONG_USE)
        except OperationalError as error:
            complain(i18n._("The database cannot be used now: {reason}", reason=error.orig))
            sys.exit(REFUSED)
        except (EngineAway, EngineUnusable) as error:
            complain(i18n._("The search engine cannot be asked now: {reason}", reason=error))
            sys.exit(REFUSED)


def _refuse(faults: Mapping[str, str]) -> NoReturn:
    for name, why in faults.items():
        complain(f"{name}: {why}")
    complain(i18n._("Nothing was done. “pool doctor” looks at the rest of the installation."))
    sys.exit(WRONG_USE)
