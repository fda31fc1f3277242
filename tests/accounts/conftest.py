"""For tests of accounts: cheap hashing, and a browser that keeps its cookies."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts import passwords


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For those who have an account and for those who have none."""
    for name, cheap in {"ROUNDS": 1, "KIBIBYTES": 8, "LANES": 1}.items():
        monkeypatch.setattr(passwords, name, cheap)
    monkeypatch.setattr(passwords, "_hashes", PasswordHash([Argon2Hasher(1, 8, 1)]))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def browser(site: FastAPI) -> TestClient:
    """Somebody who reads English and whose browser keeps what the site gives it."""
    return TestClient(site, cookies={"lang": "en"})
