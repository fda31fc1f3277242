"""A raw row becomes values of its kind, with everything that could not be read told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from app.core.i18n import mark
from ingest.normalise.kinds import READERS
from ingest.normalise.problems import Problem
from ingest.normalise.reading import Reading
from ingest.normalise.records import ROWS, Values
from search.engine import Kind
from search.vocabulary import Vocabulary

_CODE_FIELDS = ("credit_code", "vendor_credit_code")
_REASONS = {
    "missing": mark("Nothing stands here, but every row needs it."),
    "string_too_long": mark("This is longer than the column allows."),
}
_OTHER_REASON = mark("This cannot be what the column is for.")
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Normalised:
    """What a row says. A rejected row lacks something required, and its problems say what.

    `unverified` rows hold a credit code that cannot be right: the code is left out, the row
    survives, and a person should look at it before it joins or founds a record.
    `hints` help recognition and are no values of the record: `vendor_credit_code` and
    `vendor_region` of a solution's vendor, `partners` of a joint name (separated by ";").
    """

    values: Values
    problems: tuple[Problem, ...] = ()
    rejected: bool = False
    unverified: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)


def normalise_row(
    kind: Kind, raw: Mapping[str, str], vocabulary: Vocabulary, *, context: str = ""
) -> Normalised:
    """Read the raw fields of one row; `context` is the sheet's name and title.

    Never raises for what a row says: what cannot be read is left out and reported.
    """
    reading = Reading(dict(raw), vocabulary)
    hints: dict[str, str] = {}
    READERS[kind](reading, hints, context)
    reading.line("source")
    values, rejected = _checked(kind, reading)
    unverified = any(p.field in _CODE_FIELDS and not p.repaired for p in reading.problems)
    return Normalised(values, tuple(reading.problems), rejected, unverified, hints)


def _checked(kind: Kind, reading: Reading) -> tuple[Values, bool]:
    """The values that the kind's model accepts; true when one that it requires is not there."""
    model = ROWS[kind]
    try:
        model.model_validate(reading.values)
    except ValidationError as error:
        refused = {str(fault["loc"][0]): fault["type"] for fault in error.errors()}
    else:
        return reading.values, False
    for name, fault in refused.items():
        value = str(reading.values.get(name, ""))
        reading.report(name, _REASONS.get(fault, _OTHER_REASON), value[:_LONGEST_SHOWN])
    kept = {name: value for name, value in reading.values.items() if name not in refused}
    return kept, any(model.model_fields[name].is_required() for name in refused)
