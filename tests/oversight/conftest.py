"""The clock of these tests."""

import pytest

from tests.oversight.setting import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until the test moves it."""
    return Clock(monkeypatch)
