"""`python -m tests.local_postgres`: the URL of a server here that lets tests make databases."""

import sys

import psycopg

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


def find_local_postgres() -> str:
    """The URL, or an empty text when nothing answers or a password would be needed."""
    try:
        with psycopg.connect(LOCAL, connect_timeout=2, passfile="") as connection:
            found = connection.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = user")
            may_create = found.fetchone()
    except psycopg.OperationalError:
        return ""
    return LOCAL if may_create == (True,) else ""


if __name__ == "__main__":
    sys.stdout.write(find_local_postgres())
