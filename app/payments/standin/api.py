"""The stand-in behind the client's own interface for HTTP: no port, no network, the same rules."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from stripe import HTTPClient

from app.payments.standin import checkout, refunding
from app.payments.standin.checking import Unknown, unfold
from app.payments.standin.errors import Refused
from app.payments.standin.store import Body, Store, opened

Answer = tuple[str, int, dict[str, str]]
Act = Callable[[Store, str, Body], Body]

ROUTES: dict[tuple[str, str], Act] = {  # by method and path; "*" stands for an id
    ("post", "checkout/sessions"): checkout.create,
    ("get", "checkout/sessions"): checkout.list_sessions,
    ("get", "checkout/sessions/*"): checkout.retrieve,
    ("post", "checkout/sessions/*/expire"): checkout.expire,
    ("get", "payment_intents"): checkout.list_intents,
    ("get", "payment_intents/*"): checkout.retrieve_intent,
    ("post", "refunds"): refunding.create,
    ("get", "refunds"): refunding.list_refunds,
    ("get", "refunds/*"): refunding.retrieve,
}
COLLECTIONS = frozenset(path for _method, path in ROUTES if "*" not in path)


class InProcess(HTTPClient):
    """What `StripeClient` sends its requests through instead of the network."""

    name = "stand-in"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_options: Any,
    ) -> Answer:
        """Answer one request; whatever it changes is kept together with its answer."""
        address = urlsplit(url)
        sent = str(post_data or "") if method == "post" else address.query
        key = (headers or {}).get("Idempotency-Key", "") if method == "post" else ""
        with opened(writes=method == "post") as store:
            status, body = _once(store, key, f"{method} {address.path} {sent}", method, sent)
        return body, status, {"Request-Id": "req_standin", "Content-Type": "application/json"}

    def close(self) -> None:
        """There is nothing to close."""


def _once(store: Store, key: str, asked: str, method: str, sent: str) -> tuple[int, str]:
    """The answer to a request; under a key that was used before, the answer given then."""
    before = store.replied(key) if key else None
    if before is not None:
        request, status, body = before
        return (status, body) if request == asked else _other_request(key)
    status, body = _answer(store, method, asked.split(" ")[1], sent)
    if key and status < 500:
        store.reply(key, asked, status, body)
    return status, body


def _other_request(key: str) -> tuple[int, str]:
    said = (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}'."
    )
    return Refused(said, kind="idempotency_error").answer()


def _answer(store: Store, method: str, path: str, sent: str) -> tuple[int, str]:
    named, id_ = _name(path.removeprefix("/v1/").strip("/"))
    act = ROUTES.get((method, named))
    if act is None:
        return Refused(f"Unrecognized request URL ({method}: {path}).", status=404).answer()
    try:
        return 200, json.dumps(act(store, id_, unfold(sent)), ensure_ascii=False)
    except Unknown as unknown:
        return Refused(str(unknown), code=unknown.code, param=unknown.path).answer()
    except Refused as refused:
        return refused.answer()


def _name(path: str) -> tuple[str, str]:
    """The path with its id as a star, and the id."""
    if path in COLLECTIONS:
        return path, ""
    for collection in COLLECTIONS:
        if path.startswith(f"{collection}/"):
            id_, *act = path.removeprefix(f"{collection}/").split("/")
            return "/".join([collection, "*", *act]), id_
    return path, ""
