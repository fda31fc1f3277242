"""How listings are found, written down beside the requests: shown, opened, shut out by a filter."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import rjieba
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from app.catalogue import index, reading, seen
from app.catalogue.asking import ask
from app.catalogue.models import MODELS
from app.catalogue.seen import OFFERS, Shown
from app.catalogue.stages import Stage
from app.core.db import is_postgres, transaction
from app.core.formats import today
from app.core.schedule import recurring
from app.curation.applications.models import Sighting
from search.analysis import normalise
from search.answers import Query
from search.vocabulary import Vocabulary

EVERY = 10.0  # seconds between two writings
KEPT = timedelta(days=400)
LONGEST = 80  # characters of a question
MOST_WITHOUT = 20  # searches with a filter left out, for each writing
PAGE = 20
CHUNK = 500
WORDS_LAST = timedelta(days=1)
PERSONAL = re.compile(r"[\w.+-]+@[\w.-]+|https?://[!-~]+|\d(?:[\s().-]?\d){4,}", re.ASCII)
WORD = re.compile(r"[^\W_]{2,}")

COUNTED = ("shown", "opened", "reached")

Key = tuple[UUID, date, str, str]  # listing, day, question, filter that shut it out
log = structlog.get_logger("sightings")


@dataclass(frozen=True, slots=True)
class Known:
    """The words that the trade uses; only these of a question are kept."""

    words: frozenset[str]
    since: date


def clean(text: str, known: frozenset[str]) -> str:
    """A question without what may be personal.

    Addresses and longer numbers go first; of the rest only words stay that the vocabulary knows
    or that some listing says, so that no name of a person does.
    """
    folded = PERSONAL.sub(" ", normalise(text))
    kept = [word for word in rjieba.cut(folded, hmm=False) if word in known]
    return " ".join(dict.fromkeys(kept))[:LONGEST].strip()


def known_words(db: Session, vocabulary: Vocabulary) -> frozenset[str]:
    """Every word of two characters or more that the vocabulary or a published listing holds."""
    words: set[str] = set(vocabulary.words)
    for group in (
        vocabulary.names.industries,
        vocabulary.names.scenarios,
        vocabulary.names.regions,
        *vocabulary.synonyms,
    ):
        words.update(_cut("\n".join(group)))
        words.update(normalise(name) for name in group)
    for text in _published(db):
        words.update(_cut(text))
    return frozenset(words)


def _published(db: Session) -> Iterator[str]:
    for kind in OFFERS:
        model = MODELS[kind]
        chosen = select(model.name, model.summary).where(model.stage == Stage.PUBLISHED)
        for name, summary in db.exec(chosen).yield_per(CHUNK):
            yield f"{name}\n{summary or ''}"


def _cut(text: str) -> Iterator[str]:
    return (word for word in rjieba.cut(normalise(text), hmm=False) if WORD.fullmatch(word))


class Recorder:
    """The thread that writes down what was noted; what it cannot write it forgets."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sightings", daemon=True)
        self._known: Known | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self, timeout: float = EVERY) -> None:
        """Write what is left and end."""
        self._stopped.set()
        self._thread.join(timeout)

    def _work(self) -> None:
        while not self._stopped.wait(self._every):
            self.write()
        self.write()

    def write(self) -> None:
        """Write down everything noted so far, in a transaction of its own."""
        taken = seen.take()
        if not taken.shown and not taken.opened:
            return
        try:
            known = self._words()
            counts = _counts(taken, known)
            with transaction(writes=False) as db:
                counts.update(_shut_out(db, taken.shown, known))
            with transaction() as db:
                add(db, counts)
        except Exception as error:  # the figures of a few seconds are not worth a page
            log.warning("sightings.lost", error=type(error).__name__)

    def _words(self) -> frozenset[str]:
        if self._known is None or self._known.since + WORDS_LAST <= today():
            with transaction(writes=False) as db:
                self._known = Known(known_words(db, index.get_vocabulary()), today())
        return self._known.words


def _counts(taken: seen.Taken, known: frozenset[str]) -> Counter[tuple[Key, str]]:
    counts: Counter[tuple[Key, str]] = Counter()
    for one in taken.shown:
        question = clean(one.text, known)
        counts.update(((id_, one.day, question, ""), "shown") for id_ in one.ids)
    for look in taken.opened:
        question = clean(look.text, known)
        counts[(look.record_id, look.day, question, ""), "opened"] += 1
    return counts


def _shut_out(
    db: Session, shown: Sequence[Shown], known: frozenset[str]
) -> Counter[tuple[Key, str]]:
    """What the first page would have shown without one of its filters."""
    counts: Counter[tuple[Key, str]] = Counter()
    narrowed = ((one, facet) for one in shown if one.is_first for facet in one.filters)
    for (one, facet), _n in zip(narrowed, range(MOST_WITHOUT), strict=False):
        question = clean(one.text, known)
        for id_ in set(_without(db, one, facet)) - set(one.ids):
            counts[(id_, one.day, question, facet), "shown"] += 1
    return counts


def _without(db: Session, one: Shown, facet: str) -> list[UUID]:
    left = {name: codes for name, codes in one.filters.items() if name != facet}
    query = Query(text=one.text, kinds=(one.kind,), filters=left, limit=PAGE)
    hits = ask(lambda searcher: searcher.search(query).hits, lambda: ())
    found = reading.by_identifiers(db, [hit.id for hit in hits])
    return [record.id for record in found.values()]


def add(db: Session, counts: Counter[tuple[Key, str]]) -> None:
    """Add to what is counted already; two processes at once lose nothing."""
    rows: dict[Key, dict[str, int]] = {}
    for (key, column), n in counts.items():
        rows.setdefault(key, dict.fromkeys(COUNTED, 0))[column] += n
    names = ("record_id", "day", "query", "facet")
    values = [
        # in one order, so that nobody waits for one who waits for them
        {**dict(zip(names, key, strict=True)), **rows[key]}
        for key in sorted(rows, key=str)
    ]
    insert: Any = postgresql.insert if is_postgres(db) else sqlite.insert
    for start in range(0, len(values), CHUNK):
        adding = insert(Sighting).values(values[start : start + CHUNK])
        more = {name: col(getattr(Sighting, name)) + adding.excluded[name] for name in COUNTED}
        db.execute(adding.on_conflict_do_update(index_elements=list(names), set_=more))


def note_reached(db: Session, record_id: UUID) -> None:
    """Count an inquiry that begins at a listing, with the inquiry itself."""
    add(db, Counter({((record_id, today(), "", ""), "reached"): 1}))


@recurring("sightings.forget", timedelta(days=1))
def forget(db: Session) -> None:
    """Older figures go: nobody improves a listing by them."""
    db.execute(delete(Sighting).where(col(Sighting.day) < today() - KEPT))
