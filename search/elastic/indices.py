"""The indexes behind one name: the live one, one that is being filled, earlier ones that are kept.

The alias PREFIX points to the live index and PREFIX-next to the one that is being filled; the
indexes themselves are called PREFIX-000001 and on. Nobody writes to an index by its own name.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from search.elastic.connection import Connection
from search.elastic.layout import SETTINGS, mappings, meta
from search.engine import EngineAway, EngineUnusable, Entry, misfit_of

# seconds for which a process believes what it knows of the live index
_BELIEVED = 5.0
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Index:
    """One index: its name, and what it says of itself."""

    name: str
    layout: int
    space: str
    aliases: frozenset[str]


class Indices:
    """Finds, makes, switches and removes the indexes of one prefix."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.live_alias = connection.prefix
        self.next_alias = f"{connection.prefix}-next"
        self._known: tuple[float, Index] | None = None

    def live(self) -> Index:
        """The live index, made when there is none yet; asked for again every few seconds."""
        known = self._known
        if known is None or time.monotonic() > known[0]:
            with self._connection.reading() as client:
                known = (time.monotonic() + _BELIEVED, self._live(client))
            self._known = known
        return known[1]

    def forget(self) -> None:
        """Ask again next time."""
        self._known = None

    def is_replaced(self) -> bool:
        """Whether the live index is another than was believed until now."""
        believed = self._known
        self.forget()
        return believed is not None and self.live() != believed[1]

    def _live(self, client: Elasticsearch) -> Index:
        for _attempt in range(2):
            every = self._all(client)
            for index in every:
                if self.live_alias in index.aliases:
                    return index
            self._create_first(_following(every))
        raise EngineUnusable(f"there is no index behind the name {self.live_alias}")

    def _create_first(self, number: int) -> None:
        with self._connection.writing() as client:  # once in a lifetime, it may take its time
            try:
                self.create(client, self._name(number), self.live_alias)
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":  # another was faster
                    raise

    def create(self, client: Elasticsearch, name: str, alias: str) -> None:
        """Make an empty index that is known by `alias` from its first moment on.

        Raises EngineAway when not every node knows it: one that does not would write past it.
        """
        answer = client.indices.create(
            index=name, aliases={alias: {}}, settings=SETTINGS, mappings=mappings()
        )
        if not answer["acknowledged"]:
            raise EngineAway(f"not every node of the search engine knows the index {name}")

    def targets(self, client: Elasticsearch) -> list[Index]:
        """Where to write now: the index that is being filled, if any, then the live one.

        In this order a switch in between loses nothing: what missed the new index while it was
        being filled then reaches it under its new name. Raises EngineAway when somebody has
        removed the live index.
        """
        found = self._with_alias(client, self.live_alias, self.next_alias)
        if not any(self.live_alias in index.aliases for index in found):
            self.forget()
            raise EngineAway(f"there is no index behind the name {self.live_alias} any more")
        return sorted(found, key=lambda index: self.live_alias in index.aliases)

    def alias_of(self, index: Index) -> str:
        """The name under which an index is written."""
        return self.live_alias if self.live_alias in index.aliases else self.next_alias

    def space_of(self, client: Elasticsearch, index: Index, entries: Iterable[Entry]) -> str:
        """The model of an index's vectors; that of the first vector that ever comes."""
        first = next((entry.space for entry in entries if entry.vector is not None), "")
        if index.space or not first:
            return index.space
        client.indices.put_mapping(index=index.name, meta=meta(index.layout, first))
        self.forget()
        return first

    def begin(self, client: Elasticsearch) -> str:
        """Make the index to fill, after removing what an earlier run left half full.

        Its number is another than that one's: should that run go on after all, it notices.
        """
        name = self._name(_following(self._all(client)))
        for left in self._with_alias(client, self.next_alias):
            client.indices.delete(index=left.name)
        self.create(client, name, self.next_alias)
        return name

    def switch(self, client: Elasticsearch, name: str) -> None:
        """Make the filled index the live one, in one step; the old one stays without a name."""
        live = self._with_alias(client, self.live_alias)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": old.name, "alias": self.live_alias}} for old in live
        ]
        actions += [
            {"remove": {"index": name, "alias": self.next_alias}},
            {"add": {"index": name, "alias": self.live_alias}},
        ]
        client.indices.update_aliases(actions=actions)
        self.forget()

    def kept(self, client: Elasticsearch) -> list[str]:
        """Names of the indexes that were live once."""
        return sorted(index.name for index in self._all(client) if not index.aliases)

    def _name(self, number: int) -> str:
        return f"{self.live_alias}-{number:0{_DIGITS}d}"

    def _with_alias(self, client: Elasticsearch, *aliases: str) -> list[Index]:
        return [index for index in self._all(client) if not index.aliases.isdisjoint(aliases)]

    def _all(self, client: Elasticsearch) -> list[Index]:
        """Every index of the prefix, in the order of their numbers."""
        answer = client.indices.get(
            index=self.live_alias + "-*", features=["aliases", "mappings"], expand_wildcards="open"
        )
        found = [
            _index(name, values)
            for name, values in answer.body.items()
            if name.removeprefix(f"{self.live_alias}-").isdigit()
        ]
        return sorted(found, key=lambda index: index.name)


def _following(every: Iterable[Index]) -> int:
    """The number of the next index to make."""
    return max((int(index.name[-_DIGITS:]) for index in every), default=0) + 1


def _index(name: str, values: dict[str, Any]) -> Index:
    said = values.get("mappings", {}).get("_meta", {})
    return Index(
        name, said.get("layout", 0), said.get("space", ""), frozenset(values.get("aliases", {}))
    )


def misfit(index: Index) -> str:
    """Why an index does not fit this version of the code; empty when it does."""
    return misfit_of(index.layout)
