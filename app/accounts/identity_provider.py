"""Signing in with a government identity provider (OpenID Connect), where one is set."""

from app.core.settings import get_settings


def is_set() -> bool:
    """Whether people may sign in with an identity provider."""
    return bool(get_settings().oidc_url)
