"""The payment service: Stripe by its official client or, without a key, the stand-in behind it."""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus

from stripe import RequestsClient, StripeClient

from app.core.errors import Refusal
from app.core.settings import get_settings
from app.payments.standin import events
from app.payments.standin.api import InProcess

TIMEOUT = 10  # seconds for each try
RETRIES = 2  # the client does not retry unless it is told to
MARK = "_standin_"  # in every id of the stand-in, and in none of Stripe


class Unreachable(Refusal):
    """The payment service does not answer, or answers that it cannot."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = {"Retry-After": "60"}


def is_real() -> bool:
    """Whether a key of Stripe is set, so that real money moves (or Stripe's test money)."""
    return bool(get_settings().stripe_key.get_secret_value())


def client() -> StripeClient:
    """What new payments are asked for."""
    return _client(get_settings().stripe_key.get_secret_value())


def client_of(id_: str | None) -> StripeClient:
    """What knows this object: those of the stand-in stay with it when a key is set later."""
    return _client("") if id_ and MARK in id_ else client()


@lru_cache(maxsize=4)
def _client(key: str) -> StripeClient:
    if not key:
        return StripeClient("sk_test_standin", http_client=InProcess(), max_network_retries=RETRIES)
    return StripeClient(
        key, http_client=RequestsClient(timeout=TIMEOUT), max_network_retries=RETRIES
    )


def here(url: str) -> str:
    """An address of this site without its beginning, so that it holds under whatever name."""
    home = get_settings().public_url.rstrip("/")
    return url.removeprefix(home) if url.startswith(f"{home}/") else url


def webhook_secret() -> str:
    """What events are signed with; empty where none was set, and then none is taken."""
    settings = get_settings()
    if not is_real():
        return events.secret()
    return settings.stripe_webhook_secret.get_secret_value()
