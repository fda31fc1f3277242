"""Valid things for tests, as functions: a test says only what matters to it."""

from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from app.catalogue.models import Record
from app.curation import batches
from app.curation.admission import Proposal, load, submit
from app.curation.models import Batch
from search.engine import Kind

OPERATOR = "Test operator"


def a_proposal(
    kind: Kind = Kind.VENDOR, /, record_id: UUID | None = None, **given: Any
) -> Proposal:
    """A proposal of a new record, or of `record_id`; fields of Proposal may be given by name."""
    own = set(Proposal.__slots__) - {"kind"}  # a vendor states a kind of its own
    known = {name: given.pop(name) for name in own if name in given}
    is_new = known.pop("is_new", record_id is None)
    values = {"name": "云端注塑科技有限公司", **given}
    return Proposal(
        kind=kind, record_id=record_id or uuid4(), is_new=is_new, values=values, **known
    )


def a_batch(
    db: Session, *proposals: Proposal, source: str = "list.csv", accept: bool = False
) -> Batch:
    """A batch with these proposals, perhaps accepted."""
    batch = batches.receive(db, source=source, sha256="0" * 64, kind="vendor", by=OPERATOR)
    submit(db, batch, proposals)
    if accept:
        batches.accept(db, batch, by=OPERATOR)
    return batch


def a_record(db: Session, kind: Kind, /, **values: Any) -> Record:
    """A published record; solutions and cases get a vendor of their own unless one is given."""
    links = {name: values.pop(name) for name in ("vendor_id", "solution_id") if name in values}
    if kind in (Kind.SOLUTION, Kind.CASE) and "vendor_id" not in links:
        vendor = values.pop("vendor", "云端注塑科技有限公司")
        links["vendor_id"] = a_record(db, Kind.VENDOR, name=vendor).id
    proposal = a_proposal(kind, links=links, **values)
    a_batch(db, proposal, accept=True)
    return the_record(db, kind, proposal.record_id)


def the_record(db: Session, kind: Kind, record_id: UUID) -> Record:
    """The record as it stands now."""
    db.flush()
    for record, _said in load(db, kind, [record_id]):
        return record
    raise LookupError(record_id)
