"""Alembic's entry: every models module is imported here, so that nothing is missed."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.accounts.models
import app.alerts.models
import app.bookings.models
import app.catalogue.models
import app.core.audit
import app.core.files
import app.core.mail
import app.core.outbox
import app.curation.applications.models
import app.curation.models
import app.curation.oversight.models
import app.inquiries.models
import app.matching.models
import app.needs.models
import app.payments.models
import app.shortlists.models  # noqa: F401
from app.core.db import get_engine


def run() -> None:
    """Run inside the caller's transaction when one is given, else in one of our own."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    with get_engine().begin() as connection:
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
