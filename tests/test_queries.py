"""A page asks the database as often for a thousand rows as for ten."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from search.engine import Kind
from tests.counting import count_queries
from tests.factories import a_batch, a_proposal, a_record

FEW, MANY = 10, 1000
SEARCHES = [
    f"{place}?{words}"
    for place in ("/search", "/api/v1/search")
    for kind in Kind
    for words in (f"kind={kind}", f"kind={kind}&q=设备")
]
LISTS = [
    "/",
    "/vendors",
    "/cases",
    "/information",
    "/information?q=设备",
    "/trainings",
    "/sources",
    "/suggest?q=设备",
    "/api/v1/suggest?q=设备",
    *(f"/api/v1/{kind}s?size=100" for kind in Kind if kind is not Kind.INFORMATION),
    "/api/v1/information?size=100",
    "/feeds/listings.xml",
    "/feeds/information.xml",
    "/sitemap.xml",
    "/sitemaps/1.xml",
]


def grow(db: Session, vendor_id: UUID, solution_id: UUID, start: int, end: int) -> None:
    """Listings of every kind; solutions and cases all belong to the same vendor and solution."""
    links: Mapping[Kind, dict[str, UUID | None]] = {
        Kind.SOLUTION: {"vendor_id": vendor_id},
        Kind.CASE: {"vendor_id": vendor_id, "solution_id": solution_id},
    }
    stated: Mapping[Kind, dict[str, Any]] = {
        Kind.CASE: {"year": 2025, "industries": ["C29"], "region": "440300"},
        Kind.INFORMATION: {"issued_on": "2026-01", "category": "policy", "issuer": "厅"},
        Kind.TRAINING: {"starts_on": "2026-12-01", "mode": "online"},
        Kind.VENDOR: {"region": "440300", "industries": ["C29"]},
        Kind.SOLUTION: {"industries": ["C29"], "scenarios": ["equipment"]},
    }
    for kind in Kind:
        a_batch(
            db,
            *(
                a_proposal(
                    kind, links=links.get(kind, {}), name=f"设备联网{kind}第{n}号", **stated[kind]
                )
                for n in range(start, end)
            ),
            accept=True,
            source=f"{kind}-{start}.csv",
        )


def test_pages_ask_as_often_for_a_thousand_rows_as_for_ten(
    client: TestClient, db: Session, fill_index: Callable[[], None], engine: Engine
) -> None:
    vendor = a_record(db, Kind.VENDOR, name="设备云科技有限公司")
    solution = a_record(db, Kind.SOLUTION, name="设备总线", vendor_id=vendor.id)
    other = a_record(db, Kind.SOLUTION, name="另一方案", vendor_id=vendor.id)
    addresses = [
        *SEARCHES,
        *LISTS,
        f"/vendors/{vendor.slug}",
        f"/solutions/{solution.slug}",
        f"/compare?id={solution.identifier}&id={other.identifier}",
        f"/api/v1/vendors/{vendor.identifier}",
        f"/api/v1/solutions/{solution.identifier}",
    ]
    ids = (vendor.id, solution.id)

    def asked() -> dict[str, int]:
        fill_index()
        counted = {}
        for address in addresses:
            client.get(address)  # what is kept for a while is there the second time
            counted[address] = count_queries(engine, client, address)
        return counted

    grow(db, *ids, 0, FEW)
    few = asked()
    assert min(few[address] for address in LISTS if not address.endswith("suggest?q=设备")) > 0
    grow(db, *ids, FEW, MANY)
    many = asked()
    assert {a: (few[a], many[a]) for a in addresses if few[a] != many[a]} == {}
