"""From documents to entries: tokens, hints, exact names, suggestion keys and vectors."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np

from search.analysis import initials, normalise, pinyin, syllables, tokens
from search.embeddings import Embedder, Progress
from search.engine import Document, Entry, Vector
from search.vocabulary import Vocabulary

# said about a listing, not by it: searched as words, but no part of what it means
CONTEXT = frozenset(
    {"vendor", "industry", "region", "aliases", "issuer", "document_number", "organiser", "venue"}
)
# embedded right behind the name: it says in a word what the rest describes
FIRST = "scenario"
_BATCH = 256
_LONGEST_KEY = 24
_MOST_STARTS = 12
_LONGEST_NAME = 60


class Preparation:
    """Makes entries of documents, with vectors when there is an embedder."""

    def __init__(self, vocabulary: Vocabulary, embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._hints = lru_cache(maxsize=None)(lambda code: _hints(vocabulary, code))

    def entries(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[Entry]:
        """One entry a document; `progress` is told about the texts that have to be embedded."""
        vectors: Iterable[Vector | None] = [None] * len(documents)
        if self._embedder is not None and documents:
            texts = [meaning_of(document) for document in documents]
            vectors = self._embedder.encode_documents(texts, progress)
        pairs = zip(documents, vectors, strict=True)
        return [self._entry(document, vector) for document, vector in pairs]

    def stream(self, documents: Iterable[Document]) -> Iterator[Entry]:
        """Entries of any number of documents, a batch in memory at a time."""
        left = iter(documents)
        while batch := list(islice(left, _BATCH)):
            yield from self.entries(batch)

    def _entry(self, document: Document, vector: Vector | None) -> Entry:
        said = [document.name, *document.names, *document.texts.values()]
        scenarios = document.facets.get("scenario", ())
        embedder = self._embedder
        return Entry(
            document=document,
            words=tuple(token for text in said for token in tokens(text)),
            hints=tuple(token for code in scenarios for token in self._hints(code)),
            exact=tuple(
                dict.fromkeys(exact_key(name) for name in (document.name, *document.names))
            ),
            prefixes=tuple(dict.fromkeys(_prefixes(document))),
            alphabetical=pinyin(document.name),
            vector=None if vector is None else np.asarray(vector, np.float32),
            space=embedder.name if embedder is not None and vector is not None else "",
        )


def meaning_of(document: Document) -> str:
    """The text whose meaning stands for the document: its name, its scenario, its own words."""
    own = [text for field, text in document.texts.items() if field not in CONTEXT | {FIRST}]
    return "。".join([f"{document.name}：{document.texts.get(FIRST, '')}", *own])


def exact_key(name: str) -> str:
    """How names are compared: folded and without spaces."""
    return normalise(name).replace(" ", "")


def _hints(vocabulary: Vocabulary, code: str) -> tuple[str, ...]:
    scenario = vocabulary.scenarios.get(code)
    phrases = scenario.phrases if scenario else ()
    return tuple(token for phrase in phrases for token in tokens(phrase.text))


def _prefixes(document: Document) -> Iterator[str]:
    """Keys under which suggestions find a name from any of its words on: text, pinyin, initials."""
    for name in (document.name, *document.names):
        if len(name) > _LONGEST_NAME:
            continue
        yield f"t:{exact_key(name)}"[:_LONGEST_KEY]
        parts = syllables(name)
        letters = initials(name)
        for start in range(min(len(parts), _MOST_STARTS)):
            yield f"p:{''.join(parts[start:])}"[:_LONGEST_KEY]
        yield f"i:{letters}"[:_LONGEST_KEY]
        key = exact_key(name)
        for start in range(1, min(len(key) - 1, _MOST_STARTS)):
            if not (key[start].isascii() and key[start - 1].isascii()):
                yield f"t:{key[start:]}"[:_LONGEST_KEY]
