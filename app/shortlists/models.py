"""A shortlist project and what was put into it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import json_type, now
from search.engine import Kind

JSON: Any = json_type()


class Shortlist(SQLModel, table=True):
    """Searches and chosen listings of somebody in an organisation, theirs alone until shared.

    Once frozen, its items keep the exact revisions and nothing in it can be changed.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    owner_id: UUID = Field(foreign_key="person.id", index=True)
    need_id: UUID | None = Field(default=None, foreign_key="need.id", index=True)
    title: str
    note: str = ""
    is_shared: bool = False  # with everybody in the organisation
    version: int = 1
    frozen_at: datetime | None = None
    frozen_by: UUID | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class ShortlistItem(SQLModel, table=True):
    """A listing in a shortlist; `frozen` is what it said when the list was frozen."""

    __tablename__ = "shortlist_item"
    __table_args__ = (UniqueConstraint("shortlist_id", "record_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    shortlist_id: UUID = Field(foreign_key="shortlist.id")
    kind: Kind = Field(sa_type=String)
    record_id: UUID = Field(index=True)
    match_id: UUID | None = Field(default=None, foreign_key="match.id")
    position: int = 0
    note: str = ""
    frozen: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    frozen_version: int | None = None
    added_by: UUID = Field(foreign_key="person.id")
    added_at: datetime = Field(default_factory=now)
