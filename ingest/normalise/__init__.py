"""Normalisation: what the cells of a list mean, and what in them cannot be right."""

from ingest.normalise.codes import CodeReading, is_credit_code, read_credit_code
from ingest.normalise.dates import DateReading, read_date
from ingest.normalise.documents import document_key, read_document_number
from ingest.normalise.money import PriceReading, read_price
from ingest.normalise.names import NameKey, organisation_key
from ingest.normalise.problems import Problem
from ingest.normalise.rows import Normalised, normalise_row
from ingest.normalise.solutions import SolutionKey, solution_key

__all__ = [
    "CodeReading",
    "DateReading",
    "NameKey",
    "Normalised",
    "PriceReading",
    "Problem",
    "SolutionKey",
    "document_key",
    "is_credit_code",
    "normalise_row",
    "organisation_key",
    "read_credit_code",
    "read_date",
    "read_document_number",
    "read_price",
    "solution_key",
]
