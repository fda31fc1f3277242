"""How much a page asks of the database."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine, event


def count_queries(engine: Engine, client: TestClient, address: str) -> int:
    """How many statements one visit sends."""
    sent: list[str] = []

    def note(*said: object) -> None:
        sent.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum("SELECT" in one for one in sent)
