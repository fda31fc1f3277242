"""A listing as it once was, made of values that were kept: a record that no session knows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.catalogue.models import MODELS, Case, Organisation, Record, Solution, Vendor
from app.catalogue.stages import Stage
from search.engine import Kind


def restored(
    kind: Kind,
    values: Mapping[str, Any],
    *,
    vendor: Vendor | None = None,
    solution: Solution | None = None,
    whitelisted_until: date | None = None,
    **own: Any,
) -> Record:
    """The published record that said `values`, with what else it names; `own` are its columns."""
    model = MODELS[kind]
    held = Vendor.HELD_BY_ORGANISATION if model is Vendor else frozenset()
    stated = {name: value for name, value in values.items() if name not in held}
    record = model(**{**stated, "stage": Stage.PUBLISHED, **own})
    if isinstance(record, Vendor):
        said = {name: values[name] for name in held if values.get(name) is not None}
        record.organisation = Organisation(name=record.name, **said)
        record.whitelisted_until = whitelisted_until
    if isinstance(record, Solution) and vendor is not None:
        record.vendor = vendor
    if isinstance(record, Case):
        record.vendor, record.solution = vendor, solution
    return record
