"""What a finished row may hold, by kind; pydantic checks every value before it leaves."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ingest.normalise.codes import is_credit_code
from search.engine import Kind

_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


def _credit_code(value: str) -> str:
    if not is_credit_code(value):
        raise ValueError("not a credit code")
    return value


Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"[^\W\d_]")]
Line = Annotated[str, StringConstraints(max_length=500)]
Text = Annotated[str, StringConstraints(max_length=32_767)]  # as much as a cell of a workbook holds
PartialDate = Annotated[str, StringConstraints(pattern=_DATE)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Region = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3})?$")]
Website = Annotated[str, StringConstraints(pattern=r"^(https?://)?[^\s/.]+(\.[^\s/.]+)+(/\S*)?$")]
CreditCode = Annotated[str, AfterValidator(_credit_code)]
Codes = list[str]


class Row(BaseModel):
    """What every kind has; a field that is None or empty was not stated."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    summary: Text | None = None
    source: Annotated[str, StringConstraints(max_length=4000)] | None = None
    extra: dict[str, Text] = Field(default_factory=dict)


class VendorRow(Row):
    """A vendor and its organisation."""

    aliases: list[Name] = Field(default_factory=list)
    credit_code: CreditCode | None = None
    kind: Literal["platform", "service"] | None = None
    region: Region | None = None
    region_text: Line | None = None
    service_areas: Text | None = None
    products: Text | None = None
    website: Website | None = None
    industries: Codes = Field(default_factory=list)
    scenarios: Codes = Field(default_factory=list)


class SolutionRow(Row):
    """What a vendor offers; `price_from` is in fen."""

    vendor: Name
    industries: Codes = Field(default_factory=list)
    industries_text: Text | None = None
    scenarios: Codes = Field(default_factory=list)
    scenarios_text: Text | None = None
    deployment: Codes = Field(default_factory=list)
    price_model: str | None = None
    price_from: Annotated[int, Field(ge=0, le=10**14)] | None = None
    price_text: Line | None = None
    year: Year | None = None


class CaseRow(Row):
    """A solution at work in a factory."""

    vendor: Name | None = None
    solution: Name | None = None
    factory: Line | None = None
    industries: Codes = Field(default_factory=list)
    industries_text: Text | None = None
    scenarios: Codes = Field(default_factory=list)
    scenarios_text: Text | None = None
    region: Region | None = None
    region_text: Line | None = None
    results: Text | None = None
    year: Year | None = None


class InformationRow(Row):
    """A policy or another piece of information."""

    document_number: Line | None = None
    issuer: Line | None = None
    issued_on: PartialDate | None = None
    category: str | None = None
    region: Region | None = None
    region_text: Line | None = None
    valid_from: PartialDate | None = None
    valid_until: PartialDate | None = None


class TrainingRow(Row):
    """A course or an event."""

    organiser: Line | None = None
    starts_on: PartialDate | None = None
    mode: Literal["online", "offline", "hybrid"] | None = None
    venue: Line | None = None
    region: Region | None = None
    region_text: Line | None = None
    audience: Text | None = None


ROWS: dict[Kind, type[Row]] = {
    Kind.VENDOR: VendorRow,
    Kind.SOLUTION: SolutionRow,
    Kind.CASE: CaseRow,
    Kind.INFORMATION: InformationRow,
    Kind.TRAINING: TrainingRow,
}
Values = dict[str, Any]
