"""What the pool stands on: versions, disk, mail."""

import os
import shutil
import smtplib
import sqlite3
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import elasticsearch
from sqlalchemy import text

from app.core.db import is_postgres, normalise_url, transaction
from app.core.i18n import _
from app.core.mail import NOWHERE, is_only_shown
from app.core.settings import get_settings
from app.health.findings import Examination, Finding, Level, ok, problem, reason_of, warning
from search.elastic import Connection
from search.engine import EngineAway, EngineUnusable

OLDEST = {"Python": (3, 11), "SQLite": (3, 35), "PostgreSQL": (13,)}
GIB = 1024**3
LEAST_FREE = {Level.PROBLEM: 0.5 * GIB, Level.WARNING: 2.0 * GIB}  # bytes, worst first
MAIL_SECONDS = 5.0
MAIL_PORTS = {"smtp": 25, "smtps": 465}
Version = tuple[int, ...]


def versions(_examination: Examination) -> Finding:
    """Python and SQLite are new enough."""
    return judge_versions({"Python": sys.version_info[:3], "SQLite": sqlite3.sqlite_version_info})


def server_version(_examination: Examination) -> Finding:
    """The database server is new enough."""
    with transaction(writes=False) as db:
        if not is_postgres(db):
            return ok(_("SQLite needs no server."))
        number = int(db.execute(text("SHOW server_version_num")).scalar_one())
    return judge_versions({"PostgreSQL": (number // 10000, number % 10000)})


def judge_versions(found: Mapping[str, Version]) -> Finding:
    """Whether each part is at least as new as the oldest that will do."""
    said = [f"{name} {_dotted(version)}" for name, version in found.items()]
    old = [name for name, version in found.items() if version < OLDEST[name]]
    if old:
        least = ", ".join(f"{name} {_dotted(OLDEST[name])}" for name in old)
        return problem(
            _("Too old: {names}.", names=", ".join(old)), _("Install {least}.", least=least), *said
        )
    return ok(_("The versions will do: {names}.", names=", ".join(said)))


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def search_version(_examination: Examination) -> Finding:
    """The search engine's client and its servers are of one major version."""
    settings = get_settings()
    if not settings.search_url.startswith(("http://", "https://")):
        return ok(_("The embedded index needs no server."))
    key = settings.search_api_key.get_secret_value()
    connection = Connection(settings.search_url, ca=settings.search_ca, api_key=key)
    try:
        with connection.reading() as client:
            nodes = client.nodes.info(filter_path="nodes.*.version")["nodes"].values()
    except EngineAway as error:
        return warning(
            _("The search engine's version is not known."), _("See “index”."), reason_of(error)
        )
    except EngineUnusable as error:  # the right to look at nodes is none that the pool needs
        return ok(_("The search engine does not tell us its version."), reason_of(error))
    finally:
        connection.close()
    return judge_majors(elasticsearch.__version__, {node["version"] for node in nodes})


def judge_majors(client: Version, servers: set[str]) -> Finding:
    """Whether servers ("9.5.0") have the major version of the client."""
    names = ", ".join(sorted(servers))
    if {server.partition(".")[0] for server in servers} == {str(client[0])}:
        return ok(_("Elasticsearch {names} fits its client.", names=names))
    return problem(
        _("Elasticsearch {names} does not fit its client.", names=names),
        _("Install Elasticsearch {major}, or the client of the server's version.", major=client[0]),
    )


def disk(_examination: Examination) -> Finding:
    """There is room for the data, and we may write there."""
    settings = get_settings()
    folders = [settings.home]
    url = normalise_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        folders.append(Path(url.database).parent)
    for folder in folders:
        if not os.access(folder, os.W_OK | os.X_OK):
            return problem(
                _("A folder of data is missing or cannot be written to."),
                _("Make it and give it to the user that runs the pool, or correct POOL_HOME."),
                str(folder),
            )
    free = {folder: shutil.disk_usage(folder).free for folder in folders}
    least = min(free, key=lambda folder: free[folder])
    return judge_free(free[least], least)


def judge_free(free: float, folder: Path) -> Finding:
    """Whether so many bytes are enough."""
    said = _("{n} GiB are free for the data.", n=f"{free / GIB:.1f}")
    for level, least in LEAST_FREE.items():
        if free < least:
            remedy = _("Free some space, or move POOL_HOME to a larger disk.")
            return Finding(level, said, remedy, (str(folder),))
    return ok(said, str(folder))


def mail(_examination: Examination) -> Finding:
    """The mail server greets us."""
    url = get_settings().mail_url
    remedy = _("Set POOL_MAIL_URL to smtp://host:port or smtps://user:password@host:port.")
    if url in NOWHERE:
        if is_only_shown():
            return ok(_("No mail is sent: /development/mail shows what would have been."))
        return problem(_("No mail is sent: nobody can confirm an address."), remedy)
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        return problem(_("The address of the mail server is none."), remedy, url)
    try:
        _greet(parts)
    except (OSError, smtplib.SMTPException) as error:
        return problem(_("The mail server cannot be reached."), remedy, url, reason_of(error))
    return ok(_("The mail server greets us."), url)


def _greet(parts: SplitResult) -> None:
    host, port = parts.hostname or "", parts.port or MAIL_PORTS[parts.scheme]
    if parts.scheme == "smtp":
        server = smtplib.SMTP(host, port, timeout=MAIL_SECONDS)
    else:
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, port, timeout=MAIL_SECONDS, context=context)
    with server:
        server.ehlo()
