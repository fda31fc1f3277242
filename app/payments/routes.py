"""Where the payment service tells what happened, and the page that stands in for its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, Request
from starlette.responses import RedirectResponse, Response

from app.core.access import Public
from app.core.db import Bind
from app.core.errors import Conflict, NotFound
from app.core.web import render
from app.payments import gateway, webhooks
from app.payments.standin import checkout, events
from app.payments.standin.checkout import Method
from app.payments.standin.errors import Refused
from app.payments.standin.store import Body, opened
from app.payments.wording import METHODS

router = APIRouter(dependencies=[Public], include_in_schema=False)
"""Answered to programs, and to forms whose answer knows no visitor: nothing here holds `Db`."""

pages = APIRouter(dependencies=[Public], include_in_schema=False)
PAGE = "/stand-in/checkout/{session_id}"


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/payments/webhook", name="payments:webhook")
def webhook(
    bind: Bind,
    body: Annotated[bytes, Depends(_body)],
    stripe_signature: Annotated[str, Header()] = "",
) -> Response:
    """Any answer but 2xx has the service deliver it again later."""
    return Response(str(webhooks.receive(body, stripe_signature, bind)), media_type="text/plain")


@pages.get(PAGE, name="stand-in:checkout")
def see_checkout(request: Request, session_id: str) -> Response:
    session, asked = _find(session_id)
    allowed = asked.get("allowed_payment_method_types") or list(Method)
    methods = {code: said for code, said in METHODS.items() if code in (*allowed, Method.TRANSFER)}
    known: dict[str, Any] = {"session": session, "asked": asked, "methods": methods}
    return render(request, "payments/checkout.html", **known, local=gateway.here)


@router.post(PAGE, name="stand-in:pay")
def pay(
    bind: Bind,
    session_id: str,
    method: Annotated[str, Form()] = "",
    act: Annotated[str, Form()] = "",
) -> Response:
    """What was chosen on the page happens, and its events are delivered before the answer."""
    _find(session_id)
    try:
        session = _act(session_id, method, act)
    except Refused as refused:
        raise Conflict("This payment is over. Go back to your booking.") from refused
    events.deliver(lambda body, signature: webhooks.receive(body, signature, bind))
    is_done = session["status"] == "complete"
    to = session["success_url"] if is_done else f"/stand-in/checkout/{session_id}?failed=1"
    return RedirectResponse(gateway.here(to), status_code=303)


def _act(session_id: str, method: str, act: str) -> Body:
    with opened(writes=True) as store:
        if act in ("arrive", "bounce"):
            return checkout.arrive(store, session_id, succeeds=act == "arrive")
        if method not in set(Method) or act not in ("pay", "fail"):
            raise Conflict("Choose how to pay.")
        return checkout.pay(store, session_id, Method(method), succeeds=act == "pay")


def _find(session_id: str) -> tuple[Body, Body]:
    if gateway.is_real():
        raise NotFound("This page does not exist.")
    try:
        with opened(writes=False) as store:
            session = checkout.the_session(store, session_id)
            return session, checkout.what_was_asked(store, session_id)
    except Refused as refused:
        raise NotFound("This page does not exist.") from refused
