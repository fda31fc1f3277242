"""No form answers 500 to nonsense, whoever sends it and whatever it is about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import MemberRole, StaffRole
from app.curation.applications import drafts
from app.curation.applications.models import Application
from search.engine import Kind
from tests.accounts.conftest import _cheap_hashing  # noqa: F401  each form is sent many times
from tests.everything import PDF, one_of_everything
from tests.people import DONGGUAN, a_member, a_person, sign_in, staff, visitor
from tests.test_routes_by_role import EVERYBODY, PART, ROUTES

TEMPLATES = Path(__file__).parents[1] / "templates"
NAMED = re.compile(r"""(?:\bname="|ui\.(?:field|choice|area|ticks)\(")([\w-]+)""")
LONG = "x" * 100_000  # for what people write; all fields together would be too large a form
TEXTS = ("name", "text", "why", "reason", "summary")
HUGE = "9" * 40
NONSENSE: Sequence[str] = (
    "%20%0D%0A",
    "a%00b",
    "a%ED%A0%80b%FF%FE",  # half a surrogate pair, and no UTF-8 at all
    "-1",
    HUGE,
    "NaN",
    "2026-02-31",
    "9999-12-31",
    str(UUID(int=0)),
    quote("<script>'\"{{ 7 * 7 }}\u202e文字"),
)
BODIES: Sequence[tuple[str, bytes]] = (
    ("application/x-www-form-urlencoded", b"=&&=&%&a"),
    ("application/json", b'{"name": [1]}'),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
    ("", b""),
)


def names() -> list[str]:
    """What fields are called anywhere."""
    found = {name for path in TEMPLATES.rglob("*.html") for name in NAMED.findall(path.read_text())}
    return sorted(found | {"record", "version", "seen", "token", "next"})


def forms(own: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Every body that is tried, with its type."""
    kind = "application/x-www-form-urlencoded"
    for said in NONSENSE:
        once = "&".join(f"{name}={said}" for name in own)
        yield kind, once.encode()
    yield kind, "&".join(f"{name}=1&{name}=%00" for name in own).encode()
    yield (
        kind,
        "&".join(f"{name}={LONG if name in TEXTS else LONG[:5000]}" for name in own).encode(),
    )
    yield from BODIES


@pytest.fixture
def made(db: Session) -> Mapping[str, object]:
    """One of everything in a region, and a draft that can be edited."""
    found = one_of_everything(db, DONGGUAN)
    application = db.get_one(Application, found["application_id"])
    owner = a_member(db, application.organisation_id)
    by = visitor(db, owner, application.organisation_id)
    draft = drafts.start_new(db, Kind.SOLUTION, by=by)
    db.flush()
    return {
        **found,
        "owner": owner,
        "organisation_id": application.organisation_id,
        "draft": draft.id,
        "kind": "solution",
        "name": "listings",
        "act": "quarantine",
    }


def sign_in_for(client: TestClient, db: Session, roles: str, made: Mapping[str, Any]) -> None:
    """As somebody who may use a route."""
    if roles == EVERYBODY:
        client.headers["Cookie"] = "lang=en"
    elif set(roles.split()) & set(StaffRole):
        sign_in(client, db, staff(db, *StaffRole, region=DONGGUAN))
    elif set(roles.split()) & set(MemberRole):
        sign_in(client, db, made["owner"], made["organisation_id"])
    else:
        sign_in(client, db, a_person(db))


def addresses(route: str, made: Mapping[str, object]) -> Iterator[str]:
    """A route about what was made, and about a draft of the vendor's own."""
    path = route.removeprefix("POST ")
    drafted = {**made, "application_id": made["draft"]}
    for known in (made, drafted):
        yield PART.sub(lambda part, known=known: str(known.get(part[1]) or UUID(int=1)), path)


@pytest.mark.parametrize("area", ["account", "workspace", "desk", "else"])
def test_no_form_answers_500_to_nonsense(
    site: FastAPI, db: Session, made: Mapping[str, object], area: str
) -> None:
    client = TestClient(site, follow_redirects=False, raise_server_exceptions=False)
    own, failed = names(), set[str]()
    for route, roles in ROUTES.items():
        of = next((one for one in ("account", "workspace", "desk") if f"/{one}" in route), "else")
        if of != area or not route.startswith("POST "):
            continue
        sign_in_for(client, db, roles, made)
        for address in dict.fromkeys(addresses(route, made)):
            for kind, body in forms(own):
                with db.begin_nested() as before:
                    headers = {"Content-Type": kind} if kind else {}
                    if client.post(address, content=body, headers=headers).status_code >= 500:
                        failed.add(f"{route}: {kind} {body[:30]!r}")
                    before.rollback()
    assert not sorted(failed)


@pytest.mark.parametrize("part", [HUGE, "-1", "a%00b", "application:%00", "%ED%A0%80"])
def test_no_address_answers_500_to_nonsense(
    site: FastAPI, db: Session, made: Mapping[str, object], part: str
) -> None:
    client = TestClient(site, follow_redirects=False, raise_server_exceptions=False)
    failed = []
    for route, roles in ROUTES.items():
        method, path = route.split(" ")
        last = {name: str(made.get(name) or part) for name in PART.findall(path)[:-1]}
        if PART.search(path):
            sign_in_for(client, db, roles, made)
            for known in ({}, last):
                address = PART.sub(lambda one, known=known: known.get(one[1], part), path)
                if client.request(method, address, data={"version": "1"}).status_code >= 500:
                    failed.append(f"{method} {address}")
    assert not failed


def test_a_file_with_a_nonsensical_name_or_content_is_taken_or_refused(
    site: FastAPI, db: Session, made: Mapping[str, object]
) -> None:
    client = TestClient(site, follow_redirects=False, raise_server_exceptions=False)
    for route, roles in ROUTES.items():
        if route.startswith("POST ") and route.endswith(("/files", "/licence")):
            sign_in_for(client, db, roles, made)
            for address in dict.fromkeys(addresses(route, made)):
                for name in ("", "a\0b.pdf", "x" * 5000, "../../etc/passwd", "\u202e.pdf"):
                    for content in (b"", b"PK\x03\x04", b"%PDF", PDF):
                        with db.begin_nested() as before:
                            sent = {"file": (name, content), "version": (None, "1")}
                            assert client.post(address, files=sent).status_code < 500, address
                            before.rollback()
