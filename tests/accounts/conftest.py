"""For tests of accounts: cheap hashing, and a browser that keeps its cookies."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts import passwords


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hashes", PasswordHash([Argon2Hasher(1, 8, 1)]))


@pytest.fixture
def browser(site: FastAPI) -> TestClient:
    """Somebody who reads English and whose browser keeps what the site gives it."""
    return TestClient(site, cookies={"lang": "en"})
