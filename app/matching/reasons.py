"""Why a part of a need is met, or is not, or nobody knows: with the sentence and its source."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.catalogue.index import get_vocabulary
from app.catalogue.models import Case, Record
from app.matching.found import State
from app.matching.wanted import Part
from app.matching.weighing import WEIGHTS, Asked, Weights, nearness
from search.analysis import highlight
from search.engine import Candidate, Document

Reason = dict[str, Any]
Segments = list[tuple[str, bool]]

_SENTENCES = re.compile(r"(?<=[。；！？;!?\n])")
_LONGEST = 160  # characters of a sentence; a longer one is cut around its first match
_LEAD = 30
_MOST_FIELDS = 2
_MOST_WORDS = 6
_CLOSE = 0.5  # of what meaning can give, from which on it is a reason
# field of a document → fields of the record that it is made of, the first that is stated
_STATED = {
    "scenario": ("scenarios_text", "scenarios"),
    "industry": ("industries_text", "industries"),
}
_TOLD = ("name", "summary", "scenario", "results")


def of_part(
    part: Part,
    asked: Asked,
    record: Record,
    document: Document,
    candidate: Candidate | None,
    scores: Mapping[str, float],
    cases: Sequence[tuple[Case, Document]],
) -> list[Reason]:
    """The strongest first: scenario, words, meaning, cases."""
    return [
        *_scenario(part, asked, record, document, scores),
        *_words(asked, record, document),
        *_meaning(asked, record, document, candidate, WEIGHTS),
        *(_case(asked, case, told) for case, told in cases),
    ]


def state_of(asked: Asked, document: Document, *, is_met: bool) -> State:
    """Not met: it states other scenarios than the part asks for; else nobody knows."""
    if is_met:
        return "met"
    wanted = asked.scenarios or set(asked.question.complaints)
    codes = set(document.facets.get("scenario", ()))
    return "unmet" if codes and wanted and not codes & wanted else "unknown"


def _scenario(
    part: Part, asked: Asked, record: Record, document: Document, scores: Mapping[str, float]
) -> Iterator[Reason]:
    known = get_vocabulary().scenarios
    codes = [code for code in document.facets.get("scenario", ()) if code in known]
    state: State = "unknown"
    said = "、".join(known[code].name for code in part.scenarios if code in known)
    if asked.scenarios:
        agreed = [code for code in codes if code in asked.scenarios]
        state = "met" if agreed else "unmet" if codes else "unknown"
        yield _reason(record, "scenario", state, said, "scenario", agreed or codes)
    elif scores.get("complaints", 0.0) > 0:
        best = max(codes, key=lambda code: asked.question.complaints.get(code, 0.0))
        yield _reason(record, "complaints", "met", _short(part.text), "scenario", [best])


def _reason(
    record: Record, kind: str, state: State, said: str, field: str, codes: Sequence[str]
) -> Reason:
    known = get_vocabulary().scenarios
    return {
        "kind": kind,
        "state": state,
        "said": said,
        "field": field,
        "found": "、".join(known[code].name for code in codes),
        "sentence": _quote(record, field),
        "source": source(record, field) if codes else None,
    }


def _words(asked: Asked, record: Record, document: Document) -> Iterator[Reason]:
    """The fields with most of the words; each word is told once."""
    marked = _marked(asked, document)
    told: set[str] = set()
    order = sorted(marked, key=lambda field: -_matched(marked[field]))
    for field in order[:_MOST_FIELDS]:
        said = dict.fromkeys(text for text, is_match in marked[field] if is_match)
        fresh = [word for word in said if word not in told]
        if fresh:
            told.update(fresh)
            yield {
                "kind": "words",
                "state": "met",
                "said": "、".join(fresh[:_MOST_WORDS]),
                "field": field,
                "found": "",
                "sentence": best_sentence(marked[field]),
                "source": source(record, field),
            }


def _meaning(
    asked: Asked, record: Record, document: Document, candidate: Candidate | None, weights: Weights
) -> Iterator[Reason]:
    if candidate is None or nearness(candidate.meaning, weights) < _CLOSE:
        return
    field = "summary" if "summary" in document.texts else "name"
    text = document.texts.get("summary", document.name)
    yield {
        "kind": "meaning",
        "state": "met",
        "said": _short(asked.question.understanding.core),
        "field": field,
        "found": "",
        "sentence": best_sentence(highlight(text, _wanted(asked))),
        "source": source(record, field),
    }


def _case(asked: Asked, case: Case, document: Document) -> Reason:
    marked = _marked(asked, document)
    field = max(marked, key=lambda one: _matched(marked[one]), default="name")
    text = document.texts.get(field, document.name)
    return {
        "kind": "case",
        "state": "met",
        "said": _short(asked.question.understanding.core),
        "field": field,
        "found": case.name,
        "sentence": best_sentence(marked.get(field) or [(text, False)]),
        "source": source(case, field),
    }


def _wanted(asked: Asked) -> set[str]:
    request = asked.question.request
    return {*request.required, *request.alternatives}


def _marked(asked: Asked, document: Document) -> dict[str, Segments]:
    """The fields in which something of the part is said."""
    texts = {"name": document.name, **document.texts}
    marked = {f: highlight(texts[f], _wanted(asked)) for f in _TOLD if f in texts}
    return {field: segments for field, segments in marked.items() if _matched(segments)}


def _matched(segments: Segments) -> int:
    return len("".join(dict.fromkeys(text for text, is_match in segments if is_match)))


def best_sentence(segments: Segments) -> list[list[Any]]:
    """The sentence with the most of the words, in segments that say whether they match."""
    return [list(pair) for pair in max(_sentences(segments), key=_matched, default=[])]


def _sentences(segments: Segments) -> Iterator[Segments]:
    current: Segments = []
    for text, is_match in segments:
        *whole, rest = _SENTENCES.split(text)
        for piece in whole:
            yield _cut([*current, (piece.rstrip(), is_match)])
            current = []
        if rest:
            current.append((rest, is_match))
    if current:
        yield _cut(current)


def _cut(segments: Segments) -> Segments:
    """At most so many characters, beginning shortly before the first match."""
    text = "".join(piece for piece, _is_match in segments)
    if len(text) <= _LONGEST:
        return segments
    first = next((i for i, (_piece, is_match) in enumerate(segments) if is_match), 0)
    before = sum(len(piece) for piece, _is_match in segments[:first])
    start = max(0, before - _LEAD)
    kept: Segments = [("…", False)] if start else []
    position = 0
    for piece, is_match in segments:
        part = piece[max(0, start - position) : max(0, start + _LONGEST - position)]
        position += len(piece)
        if part:
            kept.append((part, is_match))
    return [*kept, ("…", False)] if start + _LONGEST < len(text) else kept


def _quote(record: Record, field: str) -> list[list[Any]]:
    for stated in _STATED.get(field, (field,)):
        text = getattr(record, stated, None)
        if isinstance(text, str) and text:
            return [[text, False]]
    return []


def source(record: Record, field: str) -> dict[str, Any]:
    """Which field of which record says so, and where that value came from: `origin` is a row of
    a list, or who stated it, as `app.catalogue.facts.origin_of` reads it; `statement` what the
    record names as its own source."""
    stated = _STATED.get(field, (field,))
    kept = next((record.origins[one] for one in stated if record.origins.get(one)), None)
    origin = {k: kept[k] for k in ("file", "sheet", "row", "at") if kept.get(k)} if kept else None
    if origin is not None and kept and kept.get("by"):
        origin["by"] = "person"  # not who: these records are read by everybody concerned
    return {
        "kind": str(record.KIND),
        "id": str(record.id),
        "identifier": record.identifier,
        "version": record.version,
        "field": field,
        "origin": origin,
        "statement": record.source,
    }


def _short(text: str) -> str:
    return text if len(text) <= _LEAD else f"{text[:_LEAD]}…"
