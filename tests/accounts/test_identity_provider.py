"""Signing in with an identity provider that runs in this process, honest or not."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlmodel import Session, select

from app.accounts import identity_provider
from app.accounts.identity_provider import Vouched
from app.accounts.models import Appointment, Person, SignIn, StaffRole
from app.accounts.routes import handshake
from app.accounts.sessions import Browser
from app.core.settings import get_settings
from tests import people
from tests.accounts.journey import EMAIL, an_account

ISSUER = "https://id.example"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
PAGE = "/sign-in/provider"


class IdentityProvider:
    """Says of everybody who comes what `claims` hold."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.verifiers: list[str] = []
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.metadata)
        self.app.get("/keys")(self.keys)
        self.app.post("/token")(self.token)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        return dict(KeySet([KEY]).as_dict(private=False))

    async def token(self, request: Request) -> dict[str, Any]:
        async with request.form() as form:
            self.verifiers.append(str(form["code_verifier"]))
        token = jwt.encode({"alg": "RS256", "kid": "one"}, self.claims, KEY)
        return {"access_token": "a", "token_type": "Bearer", "id_token": token}

    def sends(self, asked: Response, **claims: Any) -> str:
        """Where the provider sends somebody back to, whose browser was sent to it so."""
        query = parse_qs(urlsplit(asked.headers["location"]).query)
        assert query["code_challenge_method"] == ["S256"]
        known = {"iss": ISSUER, "sub": "42", "aud": "pool", "iat": int(time.time())}
        known |= {"exp": int(time.time()) + 60, "nonce": query["nonce"][0], "name": "林美华"}
        self.claims = {**known, "email": EMAIL, "email_verified": True, **claims}
        return f"{PAGE}/back?code=c&state={query['state'][0]}"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, site: FastAPI) -> Iterator[IdentityProvider]:
    monkeypatch.setenv("POOL_OIDC_URL", ISSUER)
    monkeypatch.setenv("POOL_OIDC_CLIENT_ID", "pool")
    monkeypatch.setenv("POOL_OIDC_CLIENT_SECRET", "secret")
    get_settings.cache_clear()
    made = IdentityProvider()
    client = handshake.client_of(get_settings(), ASGITransport(app=made.app))
    site.dependency_overrides[handshake.get_client] = lambda: client
    yield made
    get_settings.cache_clear()


def start(browser: TestClient, then: str = "/account") -> Response:
    return browser.get(PAGE, params={"next": then}, follow_redirects=False)


def test_without_a_provider_there_is_no_such_page(browser: TestClient) -> None:
    assert browser.get(PAGE).status_code == 404
    assert "identity provider" not in browser.get("/sign-in").text


def test_somebody_new_comes_in_with_the_provider_and_no_role(
    browser: TestClient, db: Session, provider: IdentityProvider
) -> None:
    assert "identity provider" in browser.get("/sign-in").text
    back = provider.sends(start(browser), roles=["administrator"])
    page = browser.get(back)
    assert page.url.path == f"{PAGE}/finish"
    assert "林美华" in page.text
    assert browser.post(f"{PAGE}/finish").url.path == "/account"
    person = db.exec(select(Person)).one()
    assert (person.email, person.subject) == (EMAIL, f"{ISSUER} 42")
    assert not db.exec(select(Appointment)).all()
    assert len(provider.verifiers[0]) >= 43
    assert browser.post(f"{PAGE}/finish").url.params["said"] == "provider-unknown"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-site"},
        {"iss": "https://evil.example"},
        {"exp": 1},
    ],
)
def test_a_token_for_another_visit_site_or_time_is_refused(
    browser: TestClient, db: Session, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    back = provider.sends(start(browser), **claims)
    assert browser.get(back).url.params["said"] == "provider"
    assert not db.exec(select(SignIn)).all()


def test_an_answer_to_another_browsers_question_is_refused(
    site: FastAPI, browser: TestClient, provider: IdentityProvider
) -> None:
    back = provider.sends(start(browser))
    victim = TestClient(site)
    assert victim.get(back).url.params["said"] == "provider"
    start(victim)
    assert victim.get(back).url.params["said"] == "provider"
    assert browser.get(back.replace("state=", "state=x")).url.params["said"] == "provider"


def vouched(**said: str) -> Vouched:
    return Vouched(**{"subject": "i 1", "email": EMAIL, "name": "Lin", **said})


def test_an_address_that_the_provider_checked_finds_its_account_once(db: Session) -> None:
    person = an_account(db)
    enter = identity_provider.enter
    assert enter(db, vouched(email=""), Browser("", "")) is None
    begun = enter(db, vouched(), Browser("", ""))
    assert begun
    assert begun.person.id == person.id
    assert begun.person.password
    assert enter(db, vouched(email="new@example.com"), Browser("", "")), "by subject from now on"
    assert enter(db, vouched(subject="i 2"), Browser("", "")) is None, "tied to another identity"


def test_a_password_that_nobody_confirmed_does_not_survive_the_provider(db: Session) -> None:
    person = an_account(db, verified_at=None)
    assert identity_provider.enter(db, vouched(), Browser("", ""))
    assert person.password is None
    assert person.verified_at


def test_staff_still_need_their_second_factor_after_the_provider(
    browser: TestClient, db: Session, provider: IdentityProvider
) -> None:
    people.staff(db, StaffRole.REVIEWER, email=EMAIL)
    browser.get(provider.sends(start(browser)))
    assert browser.post(f"{PAGE}/finish").url.path == "/account/second-factor/set-up"
