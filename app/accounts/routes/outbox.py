"""What would have been sent by mail where nothing is sent: for development only."""

import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core import mail
from app.core.access import Public
from app.core.db import Db
from app.core.errors import NotFound
from app.core.web import render

LINK = re.compile(r"(https?://[^\s<>]+)")

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/development/mail", name="development:mail")
def mails(request: Request, db: Db) -> Response:
    if not mail.is_only_shown():
        raise NotFound("There is no such page.")
    written = [(one, LINK.split(one.text)) for one in mail.latest(db)]
    return render(request, "accounts/outbox.html", mails=written)
