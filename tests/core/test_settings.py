"""Settings: derived from one folder, refused when they would be unsafe."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.settings import Settings, get_settings


def test_everything_follows_from_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/pool.db"
    assert settings.search_url == f"embedded://{tmp_path}/index"
    assert settings.vocabulary == tmp_path / "vocabulary"
    assert settings.cache == tmp_path / "cache"
    assert settings.embedding_model == str(tmp_path / "models" / "e5-small")


def test_a_relative_home_does_not_depend_on_where_a_command_is_run_later() -> None:
    assert Settings(home=Path("here")).home == Path.cwd() / "here"


def test_the_environment_wins_and_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_DATABASE_URL", "postgresql://host/pool")
    monkeypatch.setenv("POOL_PORT", "8080")
    monkeypatch.setenv("POOL_SEARCH_URL", "")
    settings = Settings()
    assert settings.database_url == "postgresql://host/pool"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.search_url.startswith("embedded:///")


@pytest.mark.parametrize("key", [None, "not-a-secret-development-only", "short"])
def test_production_refuses_to_start_without_a_secret_of_its_own(key: str | None) -> None:
    given = {} if key is None else {"secret_key": key}
    with pytest.raises(ValidationError, match="POOL_SECRET_KEY"):
        Settings.model_validate({"environment": "production", **given})


def test_production_starts_with_a_secret_and_never_shows_it() -> None:
    secret = "0123456789abcdef0123456789abcdef"
    settings = Settings.model_validate({"environment": "production", "secret_key": secret})
    assert settings.is_production
    assert secret not in repr(settings)


def test_settings_are_read_once() -> None:
    assert get_settings() is get_settings()


def test_every_setting_is_in_the_example_and_the_example_has_no_other() -> None:
    example = Path(__file__).parent.parent.parent / ".env.example"
    lines = example.read_text(encoding="utf-8").splitlines()
    named = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(named) == sorted(f"POOL_{name.upper()}" for name in Settings.model_fields)
