"""What stands in the editor's form, and what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.i18n import _
from app.curation.applications import forms
from app.curation.applications.completeness import Completeness, completeness
from app.curation.applications.differences import Segment, compare
from app.curation.applications.field import Field as Said
from app.curation.applications.fields import FIELDS, sections
from app.curation.applications.forms import Values
from app.curation.applications.models import Application
from app.workspace.overview import own_solutions
from search.engine import Kind

LINK = "solution_id"


@dataclass(frozen=True, slots=True)
class Form:
    """One filling of the form: what was typed, what it means, and what is wrong with it."""

    kind: Kind
    seen: int
    posted: Mapping[str, Any]
    values: Values
    links: Mapping[str, str | None]
    errors: Mapping[str, str] = field(default_factory=dict)
    solutions: Sequence[tuple[str, str]] = ()

    @property
    def sections(self) -> list[tuple[str, list[Said]]]:
        return sections(self.kind)

    @property
    def complete(self) -> Completeness:
        return completeness(self.kind, self.values)

    @property
    def labels(self) -> dict[str, str]:
        """What each field is called, for the summary of what is wrong."""
        return {one.name: _(one.label) for one in FIELDS[self.kind]} | {LINK: _("Solution")}

    def says_otherwise(self, application: Application) -> bool:
        """Whether saving it would change what is stored."""
        return bool(self.errors) or self.values != application.values

    def against(self, application: Application, one: Said) -> tuple[Segment, ...]:
        """How the stored text of a field differs from what was typed; nothing where it is equal."""
        stored, typed = forms.get(application.values, one), forms.get(self.values, one)
        return () if stored == typed else compare(one, typed, stored)


def shown_in_form(db: Session, application: Application) -> Form:
    """The form as it stands before anybody types."""
    kind = Kind(application.kind)
    return Form(
        kind=kind,
        seen=application.version,
        posted={**forms.as_typed(kind, application.values), LINK: application.links.get(LINK, "")},
        values=application.values,
        links={},
        solutions=_solutions(db, application),
    )


def read(db: Session, application: Application, posted: Mapping[str, Sequence[str]]) -> Form:
    """What somebody sent; fields that are wrong keep what is stored, and what was typed is shown
    again."""
    kind = Kind(application.kind)
    values, errors = forms.read(kind, posted, application.values)
    solutions = _solutions(db, application)
    links: dict[str, str | None] = {}
    if kind is Kind.CASE:
        links[LINK] = next(iter(posted.get(LINK, ())), None) or None
        if links[LINK] not in {None, application.links.get(LINK), *(id_ for id_, _n in solutions)}:
            errors[LINK] = _("Choose one of your own solutions.")
    return Form(
        kind=kind,
        seen=_number(posted),
        posted=_typed(kind, posted),
        values=values,
        links=links,
        errors=errors,
        solutions=solutions,
    )


def _typed(kind: Kind, posted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    lists = {one.name for one in FIELDS[kind] if one.input == "codes"}
    return {
        name: list(said) if name in lists else next(iter(said), "") for name, said in posted.items()
    } | {name: [] for name in lists - posted.keys()}


def _number(posted: Mapping[str, Sequence[str]]) -> int:
    said = next(iter(posted.get("version", ())), "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def _solutions(db: Session, application: Application) -> Sequence[tuple[str, str]]:
    vendor_id = application.links.get("vendor_id")
    if application.kind != Kind.CASE or not vendor_id:
        return ()
    return own_solutions(db, UUID(vendor_id))


def revive(db: Session, application: Application, values: Mapping[str, Any]) -> Form:
    """The form filled with an earlier state, checked by today's rules."""
    typed = forms.as_typed(Kind(application.kind), values)
    posted = {name: said if isinstance(said, list) else [said] for name, said in typed.items()}
    link = application.links.get(LINK)
    seen = {"version": [str(application.version)], LINK: [link] if link else []}
    return read(db, application, posted | seen)
