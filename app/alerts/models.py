"""What waits for news: saved searches and needs, how news finds them, what was told."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.db import empty_list, json_type, now
from search.engine import Kind

JSON: Any = json_type()


class Rhythm(StrEnum):
    """How often somebody is told."""

    OFF = "off"
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Watch(SQLModel, table=True):
    """A saved search of a person, or a published need, that is told what is new for it.

    A search has `query` (what stands behind `?` in the address of the search page) and may belong
    to a shortlist; a need has `need_id`. One with `organisation_id` is told only while its person
    is a member there. `unsubscribe` is the SHA-256 of what the mail's link holds.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    need_id: UUID | None = Field(default=None, foreign_key="need.id", index=True)
    shortlist_id: UUID | None = Field(default=None, foreign_key="shortlist.id", index=True)
    title: str
    kind: Kind = Field(default=Kind.SOLUTION, sa_type=String)
    query: str = ""
    rhythm: Rhythm = Field(default=Rhythm.DAILY, sa_type=String)
    unsubscribe: str = Field(default="", index=True)
    next_at: datetime | None = Field(default=None, index=True)  # of the next mail
    last_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)


class WatchPlan(SQLModel, table=True):
    """What a search is boiled down to, so that it need not be asked again for every new listing.

    The fields are those of `search.waiting.Waiting`; `vector` is float32, little endian, in
    base64. A plan is never changed: a newer one takes its place.
    """

    __tablename__ = "watch_plan"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    watch_id: UUID = Field(foreign_key="watch.id", unique=True)
    kind: Kind = Field(sa_type=String)
    words: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    total: float = 0.0
    names: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    scenarios: list[str] = Field(default_factory=empty_list, sa_type=JSON)
    space: str = Field(default="", index=True)
    vector: str = ""  # of none: empty
    bar: float = 0.0
    at: datetime = Field(default_factory=now, index=True)


class WatchKey(SQLModel, table=True):
    """One word or code without which a listing cannot be news for a watch: how news finds it.

    A listing is looked up by what it holds, so its cost follows what may fit, not what waits.
    """

    __tablename__ = "watch_key"
    __table_args__ = (Index("ix_watch_key_key", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    watch_id: UUID = Field(foreign_key="watch.id", index=True)
    key: str


class News(SQLModel, table=True):
    """A listing that is new for a watch; told once."""

    __table_args__ = (
        UniqueConstraint("watch_id", "record_id"),
        Index("ix_news_untold", "watch_id", "told_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    watch_id: UUID = Field(foreign_key="watch.id")
    kind: Kind = Field(sa_type=String)
    record_id: UUID
    score: float = 0.0
    at: datetime = Field(default_factory=now)
    told_at: datetime | None = None
