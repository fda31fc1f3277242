"""What is made on the servers, and removed again."""

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from elasticsearch import ApiError, Elasticsearch
from psycopg import sql
from sqlalchemy import make_url

from smoke.checking import NAME, check, say


@contextlib.contextmanager
def a_database(server: str, password: str) -> Iterator[str]:
    """Its address, for a role of its own that is nothing but its owner."""
    admin = make_url(server).set(drivername="postgresql")
    name = sql.Identifier(NAME)
    with psycopg.connect(
        admin.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(create.format(name, sql.Literal(password)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
        try:
            own = admin.set(username=NAME, password=password, database=NAME)
            yield own.render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


@contextlib.contextmanager
def a_prefix(server: str, place: str, trusted: Path, asked: str) -> Iterator[str]:
    """The secret address with host, user and prefix of this server's; its indexes end with it."""
    parts = urlsplit(server)
    check(parts.username and parts.password, "POOL_TEST_ELASTICSEARCH names no user and password")
    user = f"{parts.username}:{parts.password}"
    check(urlsplit(asked).scheme == "https", f"compose asks Elasticsearch without TLS: {asked}")
    client = Elasticsearch(
        f"https://{place}",
        basic_auth=(parts.username or "", parts.password or ""),
        ssl_context=ssl.create_default_context(cafile=trusted),
    )
    with client, contextlib.ExitStack() as last:
        prefix = parts.path.strip("/") or NAME
        found = client.indices.get(index=f"{prefix}*", expand_wildcards="all")
        check(not found, f"Elasticsearch has indexes already that begin with {prefix}")
        last.callback(_remove_indexes, client, prefix)
        _say_rights(client)
        yield f"https://{user}@{place}/{prefix}"


def _say_rights(client: Elasticsearch) -> None:
    """Deploy's own role may touch indexes of `pool` alone; a stronger user proves less."""
    try:
        client.indices.create(index=f"other-{NAME}")
    except ApiError as refusal:
        check(refusal.status_code == 403, f"Elasticsearch: {refusal}")
        say("  its user may do no more than deploy/elasticsearch/roles.yml allows")
    else:
        client.indices.delete(index=f"other-{NAME}")
        say("  its user may do more than deploy/elasticsearch/roles.yml allows: not tested here")


def _remove_indexes(client: Elasticsearch, prefix: str) -> None:
    for name in client.indices.get(index=f"{prefix}*", expand_wildcards="all"):
        client.indices.delete(index=name)
