"""Search without the search engine: by name and by words, from the database alone.

Exact names come first, then names that hold the whole question, then listings by how many of its
words they say, a word in the name counting twice, newest first. One word is enough to match, and
so is a scenario or an industry that the question names. Every filter holds; facets are not
counted and nothing is corrected. Width and spaces of what is stored were normalised when it was
ingested, those of a question are here; traditional characters are found in names as typed.

What a page costs is bounded, since each word is looked for in each text: see the limits below.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rjieba
from sqlalchemy import String, case, cast, false, literal, or_, union_all
from sqlmodel import Session, col, func, select

from app.catalogue import reading
from app.catalogue.documents import document_of
from app.catalogue.index import get_vocabulary
from app.catalogue.models import (
    MODELS,
    Case,
    Information,
    Organisation,
    Record,
    Solution,
    Training,
    Vendor,
)
from app.catalogue.stages import Stage
from app.discovery.narrowing import LISTED, filters, holds, holds_any, lists
from search import asking
from search.analysis import match_tokens, normalise
from search.answers import Hit, Query, Results, Suggestion
from search.asking import Meaning, Question
from search.engine import Candidate, Kind
from search.fusion import WEIGHTS, Ranked
from search.reasons import highlights, reasons

MOST_WORDS = 6  # on the judged needs these find nearly what twelve do
MOST_READ = 20_000  # of a kind, the newest, are searched for words; all for whole names
LONGEST_TEXT = 500  # characters of a text that are looked at
LONGEST_NAME = 200  # no name is longer, so nothing longer is looked for as one
EXACT, WITHIN, OTHER = 0, 1, 2  # the name is what was asked, holds it, or neither
CODED = ("scenario", "industry")  # named in a question, these are as good as words

TEXTS: Mapping[Kind, tuple[Any, ...]] = {
    Kind.SOLUTION: (Solution.summary, Solution.scenarios_text),
    Kind.VENDOR: (Vendor.products, Vendor.service_areas, Vendor.summary),
    Kind.CASE: (Case.factory, Case.results, Case.summary),
    Kind.INFORMATION: (Information.issuer, Information.summary),
    Kind.TRAINING: (Training.organiser, Training.summary),
}
NEWEST: Mapping[Kind, Any] = {
    Kind.SOLUTION: col(Solution.published_at),
    Kind.VENDOR: col(Vendor.published_at),
    Kind.CASE: func.coalesce(col(Case.year), 0),
    Kind.INFORMATION: func.coalesce(col(Information.issued_on), ""),
    Kind.TRAINING: func.coalesce(col(Training.starts_on), ""),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question taken apart: the whole as folded and as typed, its words, the codes it names."""

    whole: tuple[str, ...]
    words: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]


def search(db: Session, query: Query) -> tuple[Results, Mapping[str, Record]]:
    """One page of one kind and its records by identifier, in a constant number of queries."""
    (kind,) = query.kinds
    # Whatever may be a name is one: to ask the database about each word would take too long.
    understanding = asking.read(asking.said_in(query), get_vocabulary(), lambda _text: True)
    question = asking.question(understanding, Meaning(None, "", None), WEIGHTS, frozenset())
    found = _found(kind, query, _asked(question))
    rows = db.exec(found.offset(query.offset).limit(query.limit)).all()
    total = rows[0].total if rows else _count(db, found) if query.offset else 0
    records = reading.by_identifiers(db, [row.identifier for row in rows])
    places = {row.identifier: row.place for row in rows if row.identifier in records}
    hits = [_hit(records[id_], question, place) for id_, place in places.items()]
    return Results(tuple(hits), total, {}, understanding), records


def suggest(db: Session, text: str, limit: int) -> list[Suggestion]:
    """Names that hold what is being typed, those that begin with it first, in one query."""
    typed = _whole(text)
    if not typed:
        return []
    each: list[Any] = []
    for kind, model in MODELS.items():
        name = func.lower(col(model.name))
        begins = or_(*(name.startswith(said, autoescape=True) for said in typed))
        columns: Any = (
            literal(kind.value).label("kind"),
            col(model.identifier),
            col(model.name),
            case((begins, 0), else_=1).label("place"),
        )
        public = select(*columns).where(model.stage == Stage.PUBLISHED)
        each.append(public.where(holds_any(name, typed)))
    found = union_all(*each).subquery()
    order = (found.c.place, func.length(found.c.name), found.c.identifier)
    rows = db.execute(found.select().order_by(*order).limit(limit)).all()
    return [Suggestion(Kind(row.kind), row.identifier, row.name) for row in rows]


def warm() -> None:
    """Load the dictionaries before a visitor has to wait for them."""
    said = asking.Said("设备联网", is_read=True, ignored=frozenset())
    _words(asking.read(said, get_vocabulary()).core)


def _asked(question: Question) -> _Asked:
    understanding = question.understanding
    codes = [(LISTED[c.facet], c.code) for c in understanding.chips if c.facet in CODED]
    return _Asked(_whole(understanding.text), _words(understanding.core), tuple(codes))


def _whole(text: str) -> tuple[str, ...]:
    said = (normalise(text), text.strip().lower())
    return tuple(dict.fromkeys(one for one in said if 0 < len(one) <= LONGEST_NAME))


def _words(core: str) -> tuple[str, ...]:
    """The words of the need that say something: those that search knows pairs of."""
    telling = dict.fromkeys(match_tokens(core))
    cut = rjieba.cut(normalise(core), hmm=False)
    words = [w for w in cut if w in telling or any(pair in telling for pair in _pairs(w))]
    return tuple(dict.fromkeys(words or telling))[:MOST_WORDS]


def _pairs(word: str) -> Iterator[str]:
    return (word[i : i + 2] for i in range(len(word) - 1))


def _found(kind: Kind, query: Query, asked: _Asked) -> Any:
    """Everything that matches, in its order, each row with the total.

    OFFSET 0 keeps both databases from working out again, wherever it is used, what an inner
    query has worked out.
    """
    listed = _listed(kind, query, asked).offset(0).subquery().c
    rated: Any = select(  # type: ignore[call-overload]
        listed.identifier,
        listed.name,
        listed.newest,
        _place(kind, listed, asked.whole).label("place"),
        _points(kind, listed, asked).label("points"),
    )
    each = rated.offset(0).subquery().c
    found = select(each.identifier, each.place, func.count().over().label("total"))
    if asked.whole or asked.words or asked.codes:
        found = found.where(or_(each.place < OTHER, each.points > 0))
    elif query.text.strip():
        found = found.where(false())
    orders = {
        "relevance": (each.place, each.points.desc(), each.newest.desc()),
        "newest": (each.newest.desc(),),
        "name": (each.name,),
    }
    order = orders[
        "newest" if not query.text.strip() and query.order == "relevance" else query.order
    ]
    return found.order_by(*order, each.identifier)


def _listed(kind: Kind, query: Query, asked: _Asked) -> Any:
    """The public listings that the filters leave, with what is looked at of each."""
    model: Any = MODELS[kind]
    columns = [model.identifier, func.lower(model.name).label("name"), NEWEST[kind].label("newest")]
    columns += [getattr(model, column) for column in _needed(model, asked)]
    if asked.words or asked.codes:
        columns.append(_text(kind, asked.words).label("text"))
    return select(*columns).where(model.stage == Stage.PUBLISHED, *filters(kind, query))


def _needed(model: type[Record], asked: _Asked) -> list[str]:
    own = ["vendor_id", "organisation_id", "document_number", *dict(asked.codes)]
    return [column for column in own if hasattr(model, column)]


def _text(kind: Kind, words: Sequence[str]) -> Any:
    """What a listing says, cut short, in small letters when that matters; NULL of an older one."""
    model: Any = MODELS[kind]
    texts = [func.substr(func.coalesce(text, ""), 1, LONGEST_TEXT) for text in TEXTS[kind]]
    said: Any = texts[0]
    for text in texts[1:]:
        said = said + " " + text
    known = select(model.published_at).where(model.published_at.is_not(None))  # its index answers
    oldest = known.order_by(model.published_at.desc()).offset(MOST_READ).limit(1)
    is_old = model.published_at <= oldest.scalar_subquery()
    has_case = any(word.lower() != word.upper() for word in words)  # Chinese has none
    return case((is_old, None), else_=func.lower(said) if has_case else said)


def _place(kind: Kind, listed: Any, whole: Sequence[str]) -> Any:
    if not whole:
        return literal(OTHER)
    exact = [listed.name.in_(whole), listed.identifier.in_(whole)]
    within = [holds_any(listed.name, whole)]
    if kind is Kind.VENDOR:
        aliases = func.lower(cast(col(Organisation.aliases), String))
        code = col(Organisation.credit_code).in_([said.upper() for said in whole])
        named = or_(code, holds_any(aliases, [f'"{said}"' for said in whole]))
        exact.append(_owned(listed, named))
        within.append(_owned(listed, holds_any(aliases, whole)))
    if kind is Kind.INFORMATION:
        exact.append(func.lower(listed.document_number).in_(whole))
    return case((or_(*exact), EXACT), (or_(*within), WITHIN), else_=OTHER)


def _owned(listed: Any, condition: Any) -> Any:
    return listed.organisation_id.in_(select(Organisation.id).where(condition))


def _points(kind: Kind, listed: Any, asked: _Asked) -> Any:
    """Two for each word in the name and each scenario or industry, one for a word elsewhere."""
    points: list[Any] = []
    for word in asked.words:
        points.append(case((holds(listed.name, word), 2), (holds(listed.text, word), 1), else_=0))
    for column, code in asked.codes:
        if column in listed:
            points.append(case((lists(listed[column], code), 2), else_=0))
    if kind in (Kind.SOLUTION, Kind.CASE) and asked.words:
        named = holds_any(func.lower(col(Vendor.name)), (*asked.words, *asked.whole))
        vendors = select(Vendor.id).where(named)
        points.append(case((listed.vendor_id.in_(vendors), 1), else_=0))
    if not points:
        return literal(0)
    return case((listed.text.is_not(None), sum(points[1:], start=points[0])), else_=0)


def _count(db: Session, found: Any) -> int:
    return db.exec(select(func.count()).select_from(found.order_by(None).subquery())).one()


def _hit(record: Record, question: Question, place: int) -> Hit:
    """Explained as search explains its hits, as far as words go."""
    vocabulary = get_vocabulary()
    document = document_of(record, vocabulary)
    marked = highlights(document, question)
    ranked = Ranked(Candidate(document.id, 0.0, None), 0.0, 0.0, is_exact=place == EXACT)
    return Hit(
        id=document.id,
        kind=document.kind,
        name=document.name,
        score=0.0,
        reasons=reasons(document, ranked, question, marked, vocabulary),
        highlights=marked,
    )
