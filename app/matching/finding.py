"""Finding who meets the parts of a need: ask the index, keep the limits, weigh, put in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue import reading
from app.catalogue.documents import document_of
from app.catalogue.index import get_searcher, get_vocabulary
from app.catalogue.models import Case, Record, Solution
from app.catalogue.stages import Stage
from app.matching import choosing, evidence, limits, ordering, reasons, weighing
from app.matching.choosing import Scored
from app.matching.found import Found, Hit
from app.matching.versions import versions
from app.matching.wanted import Limits, Part, Wanted
from app.matching.weighing import BY_WORDS, WEIGHTS, Asked, Weights
from search.asking import Question
from search.engine import Candidate, Document, Kind
from search.searcher import Searcher

DEPTH = 50  # of each list that the index gives: by words and by meaning


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the index says to one part: its question, solutions and cases by identifier."""

    part: Part
    question: Question
    solutions: Mapping[str, Candidate]
    cases: Mapping[str, Candidate]


@dataclass(slots=True)
class _Answer:
    """How one solution answers one part. `cases` are those that meet the part themselves."""

    asked: Asked
    candidate: Candidate | None
    scores: dict[str, float]
    cases: list[tuple[float, Case]] = field(default_factory=list)
    is_met: bool = False


@dataclass(frozen=True, slots=True)
class _Records:
    """Everything that was found, as the database has it now, with its documents."""

    solutions: Mapping[UUID, Solution]
    cases: Sequence[Case]
    documents: Mapping[str, Document]


def find(db: Session, wanted: Wanted) -> Found:
    """The best solutions for a need, of which each meets a part; raises EngineAway."""
    searcher, salt = get_searcher(), ordering.salt_of_week()
    heard = [_hear(searcher, part, wanted.limits) for part in wanted.parts]
    by_meaning = all(one.question.request.vector is not None for one in heard)
    weights = WEIGHTS if by_meaning else BY_WORDS
    records = _read(db, heard, wanted.limits)
    asked = [_ask(one, records, wanted.limits) for one in heard]
    answers = {
        id_: [_answer(solution, *pair, records, weights) for pair in zip(heard, asked, strict=True)]
        for id_, solution in records.solutions.items()
    }
    met = {id_: given for id_, given in answers.items() if any(one.is_met for one in given)}
    known = _background(db, wanted, met, records)
    ordered = sorted(
        (_scored(records.solutions[id_], given, known, weights) for id_, given in met.items()),
        key=lambda one: ordering.key(one.score, one.solution_id, salt, weights.step),
    )
    choice = choosing.choose(ordered, salt)
    return Found(
        hits=[_hit(one, wanted, met, records, known) for one in choice.kept],
        cover=choice.cover,
        uncovered=[n for n in range(len(wanted.parts)) if n not in choice.covered],
        eligible=limits.eligible(wanted.limits),
        versions=versions(db, searcher),
        weights=weights.as_dict(),
        salt=salt,
        floor=weights.floor,
        questions=[one.question for one in heard],
        by_meaning=by_meaning,
    )


def _hear(searcher: Searcher, part: Part, kept: Limits) -> _Heard:
    """Cases of every trade count, since they only lift; what they lift is inside the limits."""
    question, found = searcher.ask(limits.query(kept, text=part.text), DEPTH)
    cases = limits.query(Limits(), text=part.text, kinds=(Kind.CASE,))
    _question, told = searcher.ask(cases, DEPTH)
    return _Heard(
        part, question, {one.id: one for one in found.found}, {one.id: one for one in told.found}
    )


def _read(db: Session, heard: Sequence[_Heard], kept: Limits) -> _Records:
    """The records in a handful of queries; those that the limits rule out are left out here."""
    names = {id_ for one in heard for id_ in (*one.solutions, *one.cases)}
    found = reading.by_identifiers(db, names)
    cases = [one for one in found.values() if isinstance(one, Case)]
    solutions = [one for one in found.values() if isinstance(one, Solution)]
    solutions += _of_cases(db, cases, {one.id for one in solutions})
    inside = {one.id: one for one in solutions if not limits.broken(kept, one)}
    every: list[Record] = [*inside.values(), *cases]
    vocabulary = get_vocabulary()
    documents = {one.identifier: document_of(one, vocabulary) for one in every}
    return _Records(inside, cases, documents)


def _of_cases(db: Session, cases: Iterable[Case], known: set[UUID]) -> Iterable[Solution]:
    wanted = {case.solution_id for case in cases if case.solution_id} - known
    if not wanted:
        return ()
    public = select(Solution).where(col(Solution.id).in_(wanted), Solution.stage == Stage.PUBLISHED)
    return db.exec(public.options(reading.SOLUTION)).all()


def _ask(heard: _Heard, records: _Records, kept: Limits) -> Asked:
    chips = heard.question.understanding.chips
    said = [chip.code for chip in chips if chip.facet == "industry"]
    named = [chip.code for chip in chips if chip.facet == "scenario"]
    documents = (records.documents[id_] for id_ in heard.solutions if id_ in records.documents)
    return weighing.asked(
        heard.question,
        documents,
        scenarios=heard.part.scenarios or named,
        industries=(*kept.industries, *said),
    )


def _answer(
    solution: Solution, heard: _Heard, asked: Asked, records: _Records, weights: Weights
) -> _Answer:
    candidate = heard.solutions.get(solution.identifier)
    document = records.documents[solution.identifier]
    answer = _Answer(asked, candidate, weighing.components(asked, candidate, document, weights))
    for case in records.cases:
        share = _lift(solution, case, is_candidate=candidate is not None, weights=weights)
        told = heard.cases.get(case.identifier)
        if not share or told is None:
            continue
        own = weighing.components(asked, told, records.documents[case.identifier], weights)
        if weighing.meets(own, weights):
            answer.cases.append((share, case))
    lift = max((share for share, _case in answer.cases), default=0.0)
    answer.scores["cases"] = round(weights.cases * lift, weighing.DIGITS)
    answer.is_met = weighing.meets(answer.scores, weights) or lift == 1.0
    return answer


def _lift(solution: Solution, case: Case, *, is_candidate: bool, weights: Weights) -> float:
    """How much of a case counts for a solution: all for what was at work in it."""
    if case.solution_id == solution.id:
        return 1.0
    if is_candidate and case.vendor_id == solution.vendor_id:
        return weights.of_vendor
    return 0.0


def _background(
    db: Session, wanted: Wanted, met: Mapping[UUID, Sequence[_Answer]], records: _Records
) -> evidence.Background:
    solutions = [records.solutions[id_] for id_ in met]
    industries = {code for given in met.values() for one in given for code in one.asked.industries}
    return evidence.background(db, solutions, industries, _place(wanted, met))


def _scored(
    solution: Solution, given: Sequence[_Answer], known: evidence.Background, weights: Weights
) -> Scored:
    scores = weighing.mean([one.scores for one in given if one.is_met], len(given))
    for name, share in evidence.shares(solution, known).items():
        scores[name] = round(getattr(weights, name) * share, weighing.DIGITS)
    parts = frozenset(number for number, one in enumerate(given) if one.is_met)
    return Scored(solution.id, solution.vendor_id, weighing.total(scores), scores, parts)


def _hit(
    scored: Scored,
    wanted: Wanted,
    met: Mapping[UUID, Sequence[_Answer]],
    records: _Records,
    known: evidence.Background,
) -> Hit:
    solution = records.solutions[scored.solution_id]
    return Hit(
        solution=solution,
        score=scored.score,
        scores=scored.scores,
        parts=_told(wanted, solution, met[solution.id], records),
        evidence=evidence.of(solution, wanted.limits, known),
    )


def _place(wanted: Wanted, met: Mapping[UUID, Sequence[_Answer]]) -> str | None:
    """Where the work is done: as the limits say, or else as the words do."""
    if wanted.limits.region:
        return wanted.limits.region
    for given in met.values():
        for one in given:
            for chip in one.asked.question.understanding.chips:
                if chip.facet == "city":
                    return chip.code
    return None


def _told(
    wanted: Wanted, solution: Solution, given: Sequence[_Answer], records: _Records
) -> list[dict[str, Any]]:
    """What is kept of each part: its state, its numbers, and the reasons with their sources."""
    document = records.documents[solution.identifier]
    told = []
    for part, one in zip(wanted.parts, given, strict=True):
        cases = [(case, records.documents[case.identifier]) for _share, case in one.cases]
        told.append(
            {
                "title": part.title,
                "state": reasons.state_of(one.asked, document, is_met=one.is_met),
                "scores": one.scores if one.is_met else {},
                "reasons": reasons.of_part(
                    part, one.asked, solution, document, one.candidate, one.scores, cases
                ),
            }
        )
    return told
