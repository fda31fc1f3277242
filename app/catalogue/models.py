"""What the public sees: organisations, vendors, solutions, cases, information, trainings.

A record's values are folded from what sources and people say of it (`app.curation`); only
`app.catalogue.service` writes them. `origins` says for each field where its value came from.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import String, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel

from app.catalogue.identifiers import new_identifier
from app.catalogue.stages import Stage, check_move
from app.core.db import empty_list, json_type, now
from app.core.formats import today
from search.engine import Kind

JSON: Any = json_type()


class VendorKind(StrEnum):
    """The two supplier kinds of the scheme."""

    PLATFORM = "platform"
    SERVICE = "service"


class Organisation(SQLModel, table=True):
    """A legal person; its unified social credit code is unique when known.

    Its name is not: two companies of one name exist, and where only the name is known both
    are taken in and the merge queue asks a person. A constraint would refuse the second, or a
    whole list because of it. That one list is not read twice at once is seen to by
    `app.curation.admission.deciding`. Identifiers and addresses are unique in every table.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(default_factory=lambda: new_identifier("o"), unique=True)
    name: str
    aliases: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    credit_code: str | None = Field(default=None, unique=True)
    region: str | None = Field(default=None, index=True)
    region_text: str | None = None
    website: str | None = None
    created_at: datetime = Field(default_factory=now)


class Record(SQLModel):
    """What every public thing has in common."""

    KIND: ClassVar[Kind]
    STATED: ClassVar[tuple[str, ...]] = ("name", "summary", "source", "extra", "translations")

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    identifier: str = Field(unique=True)
    slug: str = Field(unique=True)
    name: str
    stage: Stage = Field(default=Stage.SUBMITTED, index=True, sa_type=String)
    version: int = 1
    summary: str | None = None
    source: str | None = None
    origins: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    extra: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    merged_into: UUID | None = Field(default=None, index=True)
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    published_at: datetime | None = Field(default=None, index=True)
    # language → field → what it says there; with a default for programs that do not know it
    translations: dict[str, dict[str, str]] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"}
    )
    # Why and since when it is not public any more; said at its address.
    left_on: date | None = None
    left_code: str | None = None
    left_why: str | None = None

    def holder(self, field: str) -> SQLModel:  # noqa: ARG002  a vendor looks at it
        """The row that holds a stated field; a vendor keeps some on its organisation."""
        return self

    def move_to(self, stage: Stage, *, admitted_whole: bool = False) -> None:
        """Take a lawful step; raises `Conflict` for any other."""
        ways = {"is_short": self.KIND is Kind.TRAINING, "admitted_whole": admitted_whole}
        check_move(Stage(self.stage), stage, self.name, **ways)
        self.stage = stage


class Vendor(Record, table=True):
    """An organisation's place in the pool."""

    KIND: ClassVar[Kind] = Kind.VENDOR
    HELD_BY_ORGANISATION: ClassVar[frozenset[str]] = frozenset(
        {"aliases", "credit_code", "region", "region_text", "website"}
    )
    STATED: ClassVar[tuple[str, ...]] = (
        *Record.STATED,
        *sorted(HELD_BY_ORGANISATION),
        "kind",
        "service_areas",
        "products",
        "industries",
        "scenarios",
    )

    organisation_id: UUID = Field(foreign_key="organisation.id", unique=True)
    kind: VendorKind | None = Field(default=None, index=True, sa_type=String)
    service_areas: str | None = None
    products: str | None = None
    industries: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    scenarios: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    whitelisted_until: date | None = None

    organisation: Organisation = Relationship(sa_relationship_kwargs={"lazy": "raise"})

    @property
    def listed_until(self) -> date | None:
        """The last day of its present place on the whitelist; None once that day is over.

        It tells what pages show even before the entry is ended by the job that does so.
        """
        until = self.whitelisted_until
        return until if until and until >= today() else None

    def holder(self, field: str) -> SQLModel:
        return self.organisation if field in self.HELD_BY_ORGANISATION else self


class Solution(Record, table=True):
    """What a vendor offers: scenario, industries, deployment, price model."""

    KIND: ClassVar[Kind] = Kind.SOLUTION
    STATED: ClassVar[tuple[str, ...]] = (
        *Record.STATED,
        "industries",
        "industries_text",
        "scenarios",
        "scenarios_text",
        "deployment",
        "price_model",
        "price_from",
        "price_text",
        "year",
    )

    vendor_id: UUID = Field(foreign_key="vendor.id", index=True)
    industries: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    industries_text: str | None = None
    scenarios: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    scenarios_text: str | None = None
    deployment: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    price_model: str | None = None
    price_from: int | None = None  # fen
    price_text: str | None = None
    year: int | None = None

    vendor: Vendor = Relationship(sa_relationship_kwargs={"lazy": "raise"})


class Case(Record, table=True):
    """A solution at work in a named factory."""

    KIND: ClassVar[Kind] = Kind.CASE
    STATED: ClassVar[tuple[str, ...]] = (
        *Record.STATED,
        "factory",
        "industries",
        "industries_text",
        "scenarios",
        "scenarios_text",
        "region",
        "region_text",
        "results",
        "year",
    )

    vendor_id: UUID | None = Field(default=None, foreign_key="vendor.id", index=True)
    solution_id: UUID | None = Field(default=None, foreign_key="solution.id", index=True)
    factory: str | None = None
    industries: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    industries_text: str | None = None
    scenarios: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    scenarios_text: str | None = None
    region: str | None = None
    region_text: str | None = None
    results: str | None = None
    year: int | None = None

    vendor: Vendor | None = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    solution: Solution | None = Relationship(sa_relationship_kwargs={"lazy": "raise"})

    @property
    def shown_solution(self) -> Solution | None:
        """What was at work, where everybody may see it."""
        solution = self.solution
        return solution if solution and solution.stage == Stage.PUBLISHED else None


class Information(Record, table=True):
    """Policy, macro-economic and industry information; dates may be partial ISO text."""

    KIND: ClassVar[Kind] = Kind.INFORMATION
    STATED: ClassVar[tuple[str, ...]] = (
        *Record.STATED,
        "document_number",
        "issuer",
        "issued_on",
        "category",
        "region",
        "region_text",
        "valid_from",
        "valid_until",
    )

    document_number: str | None = Field(default=None, index=True)
    issuer: str | None = None
    issued_on: str | None = Field(default=None, index=True)
    category: str | None = None
    region: str | None = None
    region_text: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


class Training(Record, table=True):
    """A course or event; dates may be partial ISO text."""

    KIND: ClassVar[Kind] = Kind.TRAINING
    STATED: ClassVar[tuple[str, ...]] = (
        *Record.STATED,
        "organiser",
        "starts_on",
        "mode",
        "venue",
        "region",
        "region_text",
        "audience",
        "level",
        "language",
        "teacher",
        "industries",
        "scenarios",
        "price",
        "subsidy",
        "cancel_days",
        "late_refund",
    )

    # Who offers it here, so that seats can be booked; None for what public lists announce.
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    organiser: str | None = None
    starts_on: str | None = Field(default=None, index=True)
    mode: str | None = None
    venue: str | None = None
    region: str | None = None
    region_text: str | None = None
    audience: str | None = None
    level: str | None = None
    language: str | None = None
    teacher: str | None = None
    industries: list[str] = Field(
        default_factory=empty_list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
    scenarios: list[str] = Field(
        default_factory=empty_list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
    price: int | None = None  # fen for one seat, 0 for free, None where nothing was said
    subsidy: int | None = None  # per cent of the price that public money can pay
    # Whoever cancels so many days before the beginning gets everything back, later so many
    # per cent; nothing once it has begun.
    cancel_days: int | None = None
    late_refund: int | None = None

    @property
    def followed(self) -> frozenset[str]:
        """When and where one that is offered here takes place follows from its sittings."""
        return frozenset({"starts_on", "venue"} if self.organisation_id else ())


class Revision(SQLModel, table=True):
    """A record's values as they stood after one change; never updated."""

    __table_args__ = (UniqueConstraint("record_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: Kind = Field(sa_type=String)
    record_id: UUID
    number: int
    values: dict[str, Any] = Field(sa_type=JSON)
    changed: list[str] = Field(sa_type=JSON)
    by: str
    batch_id: int | None = None
    at: datetime = Field(default_factory=now)


MODELS: dict[Kind, type[Record]] = {
    model.KIND: model for model in (Solution, Vendor, Case, Information, Training)
}
