"""From documents to entries: tokens, hints, exact names, suggestion keys and vectors."""

import re
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
    {
        "vendor",
        "industry",
        "region",
        "aliases",
        "issuer",
        "document_number",
        "organiser",
        "venue",
        "teacher",
    }
)
# embedded right behind the name: it says in a word what the rest describes
FIRST = "scenario"
_BATCH = 256
_LONGEST_KEY = 24
_MOST_STARTS = 12
_LONGEST_NAME = 60
_SHORTEST_SOUND = 4
_BRACKETS = re.compile(r"[(\[【「].*?[)\]】」]")
_LEGAL_FORM = re.compile(r"(?:集团)?(?:股份有限公司|有限责任公司|有限公司|公司)$")


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
        said = [*names_of(document), *document.texts.values()]
        scenarios = document.facets.get("scenario", ())
        embedder = self._embedder
        return Entry(
            document=document,
            words=tuple(token for text in said for token in tokens(text)),
            hints=tuple(token for code in scenarios for token in self._hints(code)),
            exact=tuple(dict.fromkeys(_exact_keys(document))),
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


def name_keys(name: str) -> tuple[str, ...]:
    """The keys of a whole name: as written, without legal form and brackets, and as spoken."""
    written = exact_key(name)
    short = _LEGAL_FORM.sub("", _BRACKETS.sub("", written))
    sound = pinyin(name[:_LONGEST_NAME])
    spoken = f"p:{sound}" if len(sound) >= _SHORTEST_SOUND else ""
    return tuple(dict.fromkeys(key for key in (written, short, spoken) if key))


def vendor_key(key: str) -> str:
    """The key of a vendor's name on what the vendor offers."""
    return f"v:{key}"


def _exact_keys(document: Document) -> Iterator[str]:
    for name in names_of(document):
        yield from name_keys(name)
    for key in name_keys(document.texts.get("vendor", "")):
        yield vendor_key(key)


def names_of(document: Document) -> tuple[str, ...]:
    """Every exact name of a document, its own first."""
    return (document.name, *document.names)


def _hints(vocabulary: Vocabulary, code: str) -> tuple[str, ...]:
    scenario = vocabulary.scenarios.get(code)
    phrases = scenario.phrases if scenario else ()
    return tuple(token for phrase in phrases for token in tokens(phrase.text))


def _prefixes(document: Document) -> Iterator[str]:
    """Keys under which suggestions find a name from any of its words on: text, pinyin, initials."""
    for name in names_of(document):
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
