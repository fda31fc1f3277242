"""From ranked candidates to hits that show and explain themselves."""

from collections.abc import Sequence

from search.answers import Hit
from search.asking import Question
from search.engine import Document, Engine
from search.fusion import Ranked
from search.reasons import highlights, reasons
from search.vocabulary import Vocabulary


def hits(
    engine: Engine, ranked: Sequence[Ranked], question: Question, vocabulary: Vocabulary
) -> tuple[Hit, ...]:
    """One hit a candidate, in the same order; what left the index meanwhile is passed over."""
    documents = engine.documents([one.candidate.id for one in ranked])
    by_id = {document.id: document for document in documents}
    pairs = [(one, by_id[one.candidate.id]) for one in ranked if one.candidate.id in by_id]
    return tuple(_hit(one, document, question, vocabulary) for one, document in pairs)


def _hit(ranked: Ranked, document: Document, question: Question, vocabulary: Vocabulary) -> Hit:
    marked = highlights(document, question)
    return Hit(
        id=document.id,
        kind=document.kind,
        name=document.name,
        score=ranked.score,
        reasons=reasons(document, ranked, question, marked, vocabulary),
        highlights=marked,
    )
