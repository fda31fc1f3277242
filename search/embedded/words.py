"""The inverted index. Everything that knows tantivy is in this file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from search.engine import Entry

Rows = NDArray[np.int64]
Scores = NDArray[np.float64]

# the one document that is no entry: it holds what belongs to the same commit
_COMMIT = "\x00commit"
_VALUE = itemgetter(0)
_SMALL_HEAP = 15_000_000
_LARGE_HEAP = 128_000_000


@dataclass(frozen=True, slots=True)
class Scoring:
    """How much each token weighs, and which share of that it weighs among the hints."""

    tokens: Mapping[str, float]
    hint_weight: float


class WordIndex:
    """One folder of tantivy; a document is known by its row, a number that never comes again."""

    def __init__(self, folder: Path) -> None:
        """Open or create; the state of the last commit is visible at once."""
        self._schema = _schema()
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, str(folder))
        self._index.config_reader(reload_policy="manual")
        self._index.reload()

    def view(self) -> "WordView":
        """The last commit of any process, as one unchanging snapshot."""
        self._index.reload()
        return WordView(self._schema, self._index.searcher())

    def write(
        self,
        rows: Iterable[tuple[int, Entry]],
        gone: Iterable[str],
        state: dict[str, int],
        *,
        large: bool = False,
    ) -> None:
        """Replace and delete in one commit that carries `state`; nothing is written on error."""
        writer = self._index.writer(_LARGE_HEAP if large else _SMALL_HEAP, num_threads=1)
        try:
            for id_ in gone:
                writer.delete_documents_by_term("id", id_)
            for row, entry in rows:
                writer.delete_documents_by_term("id", entry.document.id)
                writer.add_document(_document(row, entry))
            writer.delete_documents_by_term("id", _COMMIT)
            writer.add_document(tantivy.Document(id=_COMMIT, state=json.dumps(state)))
            writer.commit()
        finally:
            # also gives the lock back, so that another process may write next
            writer.wait_merging_threads()


class WordView:
    """One commit: what it answers never changes."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self.state = self._state()

    def _state(self) -> dict[str, int]:
        hits = self._searcher.search(self._term("id", _COMMIT), 1).hits
        if not hits:
            return {}
        text = self._searcher.doc(hits[0][1]).get_first("state")
        return dict(json.loads(str(text)))

    def rows_with(self, token: str) -> Rows:
        """The rows whose words hold the token."""
        # room for every row of the index is costly where few hold the token
        return self._rows(self._term("words", token), self._searcher.doc_freq("words", token) or 1)

    def rows_named(self, names: Sequence[str]) -> Rows:
        """The rows that carry one of the exact names."""
        # of all parts of a question hardly any is a name, and looking it up costs less than a set
        held = [name for name in names if self._searcher.doc_freq("exact", name)]
        if not held:
            return np.zeros(0, np.int64)
        return self._rows(Query.term_set_query(self._schema, "exact", held))

    def rows_prefixed(self, prefix: str, limit: int) -> list[int]:
        """Rows with a suggestion key that begins with `prefix`, shortest keys first."""
        keys = self._searcher.terms_with_prefix("prefixes", prefix, limit=limit)
        found: dict[int, None] = {}
        for key, _ in sorted(keys, key=lambda pair: (len(pair[0]), pair[0])):
            rows = self._rows(self._term("prefixes", key), limit)
            found |= dict.fromkeys(int(row) for row in rows)
        return list(found)[:limit]

    def best(self, scoring: Scoring, limit: int) -> tuple[Rows, Scores]:
        """The `limit` best rows by BM25 with their scores."""
        return self._ranked(self._scored(scoring), limit)

    def scores(self, scoring: Scoring, rows: Sequence[int]) -> tuple[Rows, Scores]:
        """Those of the given rows that share a token, with their BM25."""
        if not rows or not scoring.tokens:
            return np.zeros(0, np.int64), np.zeros(0)
        among = Query.term_set_query(self._schema, "row", rows)
        query = Query.boolean_query(
            [
                (Occur.Must, self._scored(scoring)),
                (Occur.Must, Query.const_score_query(among, 0.0)),
            ]
        )
        return self._ranked(query, len(rows))

    def _scored(self, scoring: Scoring) -> Query:
        parts = []
        for field, share in (("words", 1.0), ("hints", scoring.hint_weight)):
            for token, weight in scoring.tokens.items() if share else ():
                term = Query.boost_query(self._term(field, token), share * weight)
                parts.append((Occur.Should, term))
        return Query.boolean_query(parts)

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, index_option="freq")

    def _rows(self, query: Query, limit: int | None = None) -> Rows:
        size = limit or max(1, self._searcher.num_docs)
        hits = self._searcher.search(query, size, count=False, order_by_field="row").hits
        return np.fromiter(map(_VALUE, hits), np.int64, len(hits))

    def _ranked(self, query: Query, limit: int) -> tuple[Rows, Scores]:
        hits = self._searcher.search(query, limit, count=False).hits
        scores = np.fromiter(map(_VALUE, hits), np.float64, len(hits))
        places = self._searcher.fast_field_values("row", [hit[1] for hit in hits])
        rows = np.array(places, np.int64)
        return rows, scores


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # deletes go by this raw text: deleting by a number is silently ignored
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("hints", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("exact", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("prefixes", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _document(row: int, entry: Entry) -> tantivy.Document:
    document = tantivy.Document(
        id=entry.document.id,
        words=" ".join(entry.words),
        hints=" ".join(entry.hints),
        exact=list(entry.exact),
        prefixes=list(entry.prefixes),
    )
    document.add_unsigned("row", row)
    return document
