"""Mail: written with the change that it tells of, sent by the outbox, kept where it can be read.

Where mail goes follows from `POOL_MAIL_URL`: `smtp://`, `smtps://`, or, when it is empty, no
further than the outbox page, which shows in development what would have been sent.
"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from jinja2 import Environment
from sqlmodel import Field, Session, SQLModel, col, select

from app.core.db import json_type, now, transaction
from app.core.i18n import use_locale
from app.core.outbox import Later, enqueue, job
from app.core.settings import get_settings
from app.core.templates import make_environment

TIMEOUT = 20  # seconds for each step of talking to the mail server
NOWHERE = ("", "console://")  # addresses of servers to which nothing is sent
KEPT = 200  # mails that the outbox page shows

JSON: Any = json_type()

log = structlog.get_logger("mail")


class Mail(SQLModel, table=True):
    """One mail; the words go when it is sent, except where nothing sends and it is only shown.

    `headers` are further ones, as the way to unsubscribe.
    """

    id: int | None = Field(default=None, primary_key=True)
    to: str
    subject: str
    text: str
    headers: dict[str, str] | None = Field(default=None, sa_type=JSON)
    at: datetime = Field(default_factory=now)
    sent_at: datetime | None = None


def write(db: Session, to: str, template: str, *, language: str = "zh-Hans", **said: Any) -> Mail:
    """Send `templates/mail/<template>.txt` to an address, in a language, once this is committed.

    The first line of the template is the subject; what it names is given in `said`.
    """
    with use_locale(language):
        home = get_settings().public_url.rstrip("/")
        text = _environment().get_template(f"mail/{template}.txt").render(home=home, **said)
    subject, _, body = text.strip().partition("\n")
    mail = Mail(to=to, subject=subject.strip(), text=body.strip() + "\n")
    db.add(mail)
    db.flush()  # the job names it by its number
    enqueue(db, "mail.send", id=mail.id)
    return mail


@cache
def _environment() -> Environment:
    return make_environment().overlay(autoescape=False)  # plain text


def latest(db: Session) -> list[Mail]:
    """The newest mails first, for the outbox page."""
    return list(db.exec(select(Mail).order_by(col(Mail.id).desc()).limit(KEPT)))


def is_only_shown() -> bool:
    """Whether nothing is sent, so that mails can be read on the outbox page instead."""
    settings = get_settings()
    return settings.mail_url in NOWHERE and not settings.is_production


@job("mail.send", writes=False)
def send(db: Session, payloads: list[dict[str, Any]]) -> None:
    """Hand a mail to the server; what was sent is not sent again."""
    mail = db.get(Mail, payloads[0]["id"])
    if mail is None or mail.sent_at:
        return
    url = get_settings().mail_url
    is_sent = url not in NOWHERE
    if is_sent:
        _deliver(url, mail)
    with transaction() as own:  # nobody waits for the mail server
        kept = own.get_one(Mail, mail.id)
        kept.sent_at = now()
        if is_sent:  # they may hold a link that signs somebody in
            kept.text, kept.headers = "", None
    log.info("mail.sent", id=mail.id)


def _deliver(url: str, mail: Mail) -> None:
    message = EmailMessage()
    host = urlsplit(get_settings().public_url).hostname or "localhost"
    message["From"] = f"粤工汇 <no-reply@{host}>"
    message["To"], message["Subject"] = mail.to, mail.subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(str(mail.id), host)
    for name, value in (mail.headers or {}).items():
        message[name] = value
    message.set_content(mail.text)
    try:
        with _connect(url) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError) as error:
        raise Later(f"the mail server: {type(error).__name__}") from error


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    server: smtplib.SMTP
    if secure:
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):  # before anybody says a password
            server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
