"""Every setting of the pool: one class, read from the environment (`POOL_…`), `.env`, or files."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

DEVELOPMENT_SECRET = "not-a-secret-development-only"  # noqa: S105  refused in production, below
SHORTEST_SECRET = 32  # characters
PREFIX = "POOL_"
SECRETS = "POOL_SECRETS"  # no setting: it says where settings are


class Settings(BaseSettings):
    """What an operator may set; anything left empty follows from `home`.

    Raises `pydantic.ValidationError` in production when the secret key is the
    development one or too short to be worth anything.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Path("var")
    database_url: str = ""
    search_url: str = ""
    search_ca: Path | None = None
    search_api_key: SecretStr = SecretStr("")
    embedding_model: str = ""
    vocabulary: Path = Path()

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    processes: int = Field(default=1, ge=1, le=64)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    mail_url: str = ""
    public_url: str = ""
    environment: Literal["development", "production"] = "development"
    secret_key: SecretStr = Field(default=SecretStr(DEVELOPMENT_SECRET), validate_default=True)
    language: Literal["zh-Hans", "en"] = "zh-Hans"
    whitelist_minimum: str = Field(default="1,1,1,1,1", pattern=r"^[0-3](,[0-3]){4}$")

    oidc_url: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")

    stripe_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = SecretStr("")

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _refuse_weak_secret_in_production(
        cls, secret: SecretStr, given: ValidationInfo
    ) -> SecretStr:
        key = secret.get_secret_value()
        is_weak = key == DEVELOPMENT_SECRET or len(key) < SHORTEST_SECRET
        if given.data.get("environment") == "production" and is_weak:
            raise ValueError(
                f"POOL_SECRET_KEY must be set to at least {SHORTEST_SECRET} random characters"
            )
        return secret

    @model_validator(mode="before")
    @classmethod
    def _derive_from_home(cls, values: dict[str, object]) -> dict[str, object]:
        """Fill in the addresses that follow from `home`, so that readers never see "unset"."""
        home = Path(str(values.get("home") or "var")).expanduser().resolve()
        host, port = values.get("host") or "127.0.0.1", values.get("port") or 8000
        derived: dict[str, object] = {
            "database_url": f"sqlite:///{home}/pool.db",
            "search_url": f"embedded://{home}/index",
            "embedding_model": str(home / "models" / "e5-small"),
            "vocabulary": home / "vocabulary",
            "public_url": f"http://{host}:{port}",
        }
        given = {name: value for name, value in values.items() if value not in ("", None)}
        return {**derived, **given, "home": home}

    @property
    def cache(self) -> Path:
        """The folder of what can be computed again: vectors by content."""
        return self.home / "cache"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once; tests call `get_settings.cache_clear()`.

    With `POOL_SECRETS`, a folder, a file in it named like a variable (`pool_secret_key`) gives
    its value where the environment gives none. A folder that is not there raises SettingsError:
    going on without would mean another database than the one that was meant.
    """
    folder = os.environ.get(SECRETS)
    if folder and not Path(folder).is_dir():
        raise SettingsError(f"{SECRETS} names no folder")
    return Settings(_secrets_dir=folder or None)  # type: ignore[call-arg]


def variable(field: str) -> str:
    """The name under which an operator knows a field of the settings."""
    return f"{PREFIX}{field.upper()}"


def set_bad_aside() -> dict[str, str]:
    """What is wrong with which variable; empty when all is well. No value is repeated.

    For the rest of this process each bad one counts as not set, so that what does not depend
    on it can still be looked at.
    """
    try:
        get_settings()
    except ValidationError as error:
        faults = {str(one["loc"][0]): one["msg"] for one in error.errors(include_input=False)}
        for field in faults:
            os.environ[variable(field)] = _harmless(field)
        return {variable(field): said for field, said in faults.items()} | set_bad_aside()
    except (SettingsError, OSError, UnicodeDecodeError) as error:
        if os.environ.pop(SECRETS, None) is None:
            raise
        return {SECRETS: str(error)} | set_bad_aside()
    return {}


def _harmless(field: str) -> str:
    default = Settings.model_fields[field].default
    return secrets.token_urlsafe(SHORTEST_SECRET) if field == "secret_key" else str(default)
