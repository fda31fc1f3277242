"""Checks and what they find: run each within a time, let none hide another, tell no secret."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import unquote

import structlog

from app.core.i18n import _
from app.core.settings import Settings, get_settings

SECONDS = 15.0  # a check may take, unless it says otherwise
PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):(\S*)@")
HIDDEN = "***"

log = structlog.get_logger("health")


class Level(StrEnum):
    """How bad it is; only a problem makes `pool doctor` end with 1."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, and what mends it.

    `said` gives nothing away, so that anybody may read it: names of servers, paths and what
    others said of an error belong into `details`.
    """

    level: Level
    said: str
    remedy: str = ""
    details: tuple[str, ...] = ()


def ok(said: str, *details: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, said, details=details)


def warning(said: str, remedy: str, *details: str) -> Finding:
    """The pool works, but less well than it could, or not for long."""
    return Finding(Level.WARNING, said, remedy, details)


def problem(said: str, remedy: str, *details: str) -> Finding:
    """Something does not work."""
    return Finding(Level.PROBLEM, said, remedy, details)


@dataclass(frozen=True, slots=True)
class Examination:
    """What a run of the checks was asked for, and what was found before it.

    `faults` maps variables that were set aside to what is wrong with them.
    """

    thorough: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """`run` may raise: that is a problem as well. `needs` names others that must not have failed.

    `seconds` is how long it may take; a thorough one takes as long as it takes.
    """

    name: str
    run: Callable[[Examination], Finding]
    needs: tuple[str, ...] = ()
    seconds: float = SECONDS


def findings(
    checks: Iterable[Check], examination: Examination, most: float = float("inf")
) -> Iterator[tuple[str, Finding]]:
    """Run the checks one after the other, none for longer than `most` seconds."""
    failed: dict[str, None] = {}
    for check in checks:
        missing = [name for name in check.needs if name in failed]
        if missing:
            remedy = _("Mend this first: {names}.", names=_(", ").join(missing))
            finding = warning(_("Not looked at."), remedy)
        else:
            seconds = threading.TIMEOUT_MAX if examination.thorough else check.seconds
            finding = _within(min(seconds, most), check, examination)
        if missing or finding.level is Level.PROBLEM:
            failed[check.name] = None
        yield check.name, finding


def _within(seconds: float, check: Check, examination: Examination) -> Finding:
    """What the check finds; a thread of its own can be left behind when it hangs."""
    found: list[Finding] = []
    context = copy_context()

    def work() -> None:
        found.append(context.run(_outcome, check, examination))

    thread = threading.Thread(target=work, name=f"check-{check.name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if found:
        return found[0]
    return problem(
        _("This took longer than {seconds} seconds.", seconds=round(seconds)),
        _("Look whether the disk or the server behind it hangs."),
    )


def _outcome(check: Check, examination: Examination) -> Finding:
    try:
        finding = check.run(examination)
    except Exception as error:  # whatever breaks, the other checks still report
        log.warning("health.failed", check=check.name, error=type(error).__name__)
        finding = problem(
            _("This could not be looked at: {error}.", error=type(error).__name__),
            _("Read the error below; the log may say more."),
            reason_of(error),
        )
    known = secrets_in(get_settings())
    return replace(finding, details=tuple(without(known, line) for line in finding.details))


def reason_of(error: BaseException) -> str:
    """The first lines of what an error says."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(said[:2])[:500]


def secrets_in(settings: Settings) -> Sequence[str]:
    """Every secret that the settings hold, as written and as meant."""
    urls = (settings.database_url, settings.search_url, settings.mail_url)
    kept = (
        settings.secret_key,
        settings.search_api_key,
        settings.oidc_client_secret,
        settings.stripe_key,
        settings.stripe_webhook_secret,
    )
    found = [secret.get_secret_value() for secret in kept]
    found += [match[2] for url in urls for match in PASSWORD.finditer(url)]
    return [secret for one in found if one for secret in dict.fromkeys((one, unquote(one)))]


def without(secrets: Iterable[str], text: str) -> str:
    """The text with every secret and every password of an address hidden."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return PASSWORD.sub(rf"\1:{HIDDEN}@", text)
