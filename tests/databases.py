"""Databases of the tests' own: migrated, empty, each a copy of one that was migrated once."""

import os
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.core.migrating import upgrade
from app.core.settings import Settings

# read before the fixtures of all tests hide the settings of the machine
POSTGRES = os.environ.get("POOL_TEST_POSTGRES", "")
NO_POSTGRES = "set POOL_TEST_POSTGRES to the URL of a server to run this on PostgreSQL"
FILE_COPIES = 150_000  # the first version that can be told to copy files: half the time


class Databases(ABC):
    """Makes databases of one kind and drops them again."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def __call__(self) -> str:
        """The address of a new one."""
        url = self._copy(self._template)
        self._made.append(url)
        return url

    @cached_property
    def _template(self) -> str:
        url = self._create()
        self._made.append(url)
        upgrade(Settings(database_url=url))
        return url

    def drop(self, url: str) -> None:
        """Drop one that nobody uses any more: many at once would fill the disk."""
        self._remove(url)
        self._made.remove(url)

    def drop_all(self) -> None:
        """Drop what is left."""
        for url in reversed(self._made):
            self._remove(url)
        self._made.clear()

    @abstractmethod
    def _create(self) -> str: ...

    @abstractmethod
    def _copy(self, template: str) -> str: ...

    @abstractmethod
    def _remove(self, url: str) -> None: ...


class SqliteDatabases(Databases):
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _create(self) -> str:
        return f"sqlite:///{self._folder}/{uuid4().hex}.db"

    def _copy(self, template: str) -> str:
        url = self._create()
        _file(url).write_bytes(_file(template).read_bytes())
        return url

    def _remove(self, url: str) -> None:
        for file in self._folder.glob(f"{_file(url).name}*"):  # with what SQLite keeps beside it
            file.unlink()


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


class PostgresDatabases(Databases):
    """Databases of the server that POOL_TEST_POSTGRES names."""

    def _create(self) -> str:
        name = f"pool_test_{uuid4().hex}"
        administer("CREATE DATABASE {}", name)
        return postgres_url(name)

    def _copy(self, template: str) -> str:
        name = f"pool_test_{uuid4().hex}"
        administer(self._copying, name, make_url(template).database or "")
        return postgres_url(name)

    @cached_property
    def _copying(self) -> str:
        with psycopg.connect(POSTGRES) as connection:
            can_copy_files = connection.info.server_version >= FILE_COPIES
        return "CREATE DATABASE {} TEMPLATE {}" + " STRATEGY FILE_COPY" * can_copy_files

    def _remove(self, url: str) -> None:
        administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", make_url(url).database or "")


def postgres_url(name: str) -> str:
    """The address of a database of this name on the server."""
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def administer(command: str, *names: str) -> None:
    """Tell the server to do something with databases, whose names stand for each `{}`."""
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))
