"""Lists of the stand-in's objects, and objects put in the place of their ids where asked for."""

from typing import Any

from app.payments.standin.store import Body, Store

MOST = 100
WITHIN = {"payment_intent": "payment_intent", "latest_charge": "charge", "charge": "charge"}


def page(store: Store, kind: str, url: str, said: Body, parent: str | None = None) -> Body:
    """One page of a list, the newest first."""
    limit = min(max(int(said.get("limit", 10)), 1), MOST)
    found, has_more = store.page(kind, limit, said.get("starting_after"), parent)
    paths = [path.removeprefix("data.") for path in said.get("expand", [])]
    data = [expanded(store, one, paths) for one in found]
    return {"object": "list", "url": url, "has_more": has_more, "data": data}


def expanded(store: Store, body: Body, paths: list[str]) -> Body:
    """The object with others in the place of their ids, as `expand` names them."""
    for path in paths:
        _expand(store, body, path.split("."))
    return body


def _expand(store: Store, body: Body, steps: list[str]) -> None:
    name, *rest = steps
    held: Any = body.get(name)
    if isinstance(held, str) and name in WITHIN:
        held = body[name] = store.find(WITHIN[name], held)
    if isinstance(held, dict) and rest:
        _expand(store, held, rest)
