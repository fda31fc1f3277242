"""Is what the operator set understood, complete and safe?"""

import difflib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from app.core.i18n import _
from app.core.settings import PREFIX, SECRETS, Settings, get_settings, variable
from app.health.findings import Examination, Finding, ok, problem, warning

FOR_TESTS = "POOL_TEST_"


def settings(examination: Examination) -> Finding:
    """Values that cannot be used, each by name; variables that nothing reads."""
    unknown = unknown_variables(_given(get_settings()))
    if examination.faults:
        details = [f"{name}: {why}" for name, why in examination.faults.items()]
        return problem(
            _("Settings that cannot be used: {names}.", names=_listed(examination.faults)),
            _("Correct them; .env.example explains each."),
            *details,
            *unknown.values(),
        )
    if unknown:
        return warning(
            _("Settings that nothing reads: {names}.", names=_listed(unknown)),
            _("Correct their names or remove them."),
            *unknown.values(),
        )
    return ok(_("Every setting is understood."))


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)


def _given(settings: Settings) -> list[str]:
    """The names of all variables of ours, from wherever settings are read."""
    sources = (EnvSettingsSource(type(settings)), DotEnvSettingsSource(type(settings)))
    names = {name for source in sources for name in source.env_vars}
    folder = Path(os.environ.get(SECRETS, ""))
    if os.environ.get(SECRETS) and os.access(folder, os.R_OK | os.X_OK):
        names |= {path.name for path in folder.iterdir()}
    return sorted(name.upper() for name in names if name.upper().startswith(PREFIX))


def unknown_variables(given: Iterable[str]) -> dict[str, str]:
    """Those that no setting goes by, each with the setting that may have been meant."""
    known = [SECRETS, *(variable(field) for field in Settings.model_fields)]
    unknown = {}
    for name in given:
        if name not in known and not name.startswith(FOR_TESTS):
            close = difflib.get_close_matches(name, known, n=1)
            meant = _("{name}: did you mean {close}?", name=name, close="".join(close))
            unknown[name] = meant if close else name
    return unknown


def secrets(examination: Examination) -> Finding:
    """The folder of secrets: there, and closed to others."""
    given = os.environ.get(SECRETS)
    if not given:
        why = examination.faults.get(SECRETS)
        if why:
            return problem(_("The folder of secrets is missing."), _remedy_of_secrets(), why)
        return ok(_("No folder of secrets is set: they come from the environment or .env."))
    folder = Path(given)
    open_to_all = readable_by_all(folder)
    if open_to_all:
        names = _listed(path.name for path in open_to_all)
        return warning(
            _("Every user of this machine can read secrets: {names}.", names=names),
            _("Take the right from others: chmod o-rwx on the folder that POOL_SECRETS names."),
            str(folder),
        )
    return ok(_("Secrets are read from a folder that others cannot read."), str(folder))


def _remedy_of_secrets() -> str:
    return _("Make the folder, or correct POOL_SECRETS.")


def readable_by_all(folder: Path) -> list[Path]:
    """The files that users without any special right can reach and read."""
    if not folder.stat().st_mode & stat.S_IXOTH:
        return []
    files = (path for path in sorted(folder.iterdir()) if path.is_file())
    return [path for path in files if path.stat().st_mode & stat.S_IROTH]


def public_url(_examination: Examination) -> Finding:
    """The address that visitors type, which links, feeds and the start message carry."""
    settings = get_settings()
    parts = urlsplit(settings.public_url)
    remedy = _("Set POOL_PUBLIC_URL to the address that visitors type, as https://pool.example.cn.")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return problem(_("The public address is no web address."), remedy, settings.public_url)
    if settings.is_production and parts.scheme != "https":
        return warning(_("The public address is not encrypted."), remedy, settings.public_url)
    return ok(_("The public address is set."), settings.public_url)


def identity_provider(_examination: Examination) -> Finding:
    """What it takes to sign in with an identity provider is all there, or nothing of it."""
    settings = get_settings()
    if not settings.oidc_url:
        return ok(_("People sign in with a password of this site."))
    given = {
        "oidc_client_id": settings.oidc_client_id,
        "oidc_client_secret": settings.oidc_client_secret.get_secret_value(),
    }
    missing = [variable(field) for field, value in given.items() if not value]
    if missing:
        return problem(
            _("The identity provider lacks settings: {names}.", names=_listed(missing)),
            _("Set what the provider gave you, or leave POOL_OIDC_URL empty."),
            settings.oidc_url,
        )
    if settings.is_production and not settings.oidc_url.startswith("https://"):
        return warning(
            _("The address of the identity provider is not encrypted."),
            _("Set POOL_OIDC_URL to its issuer, as https://id.example.cn."),
            settings.oidc_url,
        )
    return ok(_("People may also sign in with an identity provider."), settings.oidc_url)
