"""Settings: derived from one folder, refused when they would be unsafe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.core.settings import Settings, get_settings, set_bad_aside


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


@pytest.fixture
def _read_afresh() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("_read_afresh")
def test_secrets_come_from_files_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pool_database_url").write_text("postgresql://from-a-file/pool\n")
    (tmp_path / "pool_search_api_key").write_text("from-a-file")
    monkeypatch.setenv("POOL_SECRETS", str(tmp_path))
    monkeypatch.setenv("POOL_SEARCH_API_KEY", "from-the-environment")
    settings = get_settings()
    assert settings.database_url == "postgresql://from-a-file/pool"
    assert settings.search_api_key.get_secret_value() == "from-the-environment"


@pytest.mark.usefixtures("_read_afresh")
def test_a_missing_folder_of_secrets_is_refused_rather_than_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_SECRETS", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="POOL_SECRETS"):
        get_settings()


@pytest.mark.usefixtures("_read_afresh")
def test_bad_settings_are_named_without_their_values_and_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_SECRETS", str(tmp_path / "gone"))
    monkeypatch.setenv("POOL_ENVIRONMENT", "production")
    monkeypatch.setenv("POOL_SECRET_KEY", "hunter2")
    monkeypatch.setenv("POOL_PORT", "eighty")
    monkeypatch.setenv("POOL_HOST", "192.0.2.1")
    faults = set_bad_aside()
    assert sorted(faults) == ["POOL_PORT", "POOL_SECRETS", "POOL_SECRET_KEY"]
    assert "hunter2" not in str(faults)
    assert "eighty" not in str(faults)
    settings = get_settings()
    assert (settings.port, settings.host, settings.is_production) == (8000, "192.0.2.1", True)
    assert set_bad_aside() == {}
