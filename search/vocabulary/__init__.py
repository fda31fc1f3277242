"""The words of the domain, kept as data that staff edit, and what finds them in a text."""

from search.vocabulary.loading import load_vocabulary
from search.vocabulary.terms import (
    Industry,
    IndustryMatch,
    Mention,
    Phrase,
    Region,
    Scenario,
    ScenarioMatch,
    Term,
)
from search.vocabulary.vocabulary import Vocabulary

__all__ = [
    "Industry",
    "IndustryMatch",
    "Mention",
    "Phrase",
    "Region",
    "Scenario",
    "ScenarioMatch",
    "Term",
    "Vocabulary",
    "load_vocabulary",
]
