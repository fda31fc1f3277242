"""Whether the process lives (no input or output at all) and whether it can serve."""

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import JSONResponse

from app.core.access import Public
from app.core.i18n import use_locale
from app.health.checks import READINESS, VITAL
from app.health.findings import Examination, Finding, Level, findings

SECONDS = 6.0  # a check may take; whoever asks gives up soon after
NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter(dependencies=[Public], include_in_schema=False)


@router.get("/healthz", name="health:alive")
def alive() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"}, headers=NO_STORE)


@router.get("/readyz", name="health:ready")
def ready() -> JSONResponse:
    """Each part with "ok" or what is wrong; 503 when this process should get no visitors."""
    with use_locale("en"):  # read by programs
        found = dict(findings(READINESS, Examination(), SECONDS))
    is_ready = all(found[check.name].level is not Level.PROBLEM for check in VITAL)
    is_well = all(finding.level is Level.OK for finding in found.values())
    return JSONResponse(
        {
            "status": ("ok" if is_well else "degraded") if is_ready else "unready",
            "checks": dict(_outcomes(found)),
        },
        HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
        headers=NO_STORE,
    )


def _outcomes(found: dict[str, Finding]) -> Iterator[tuple[str, str]]:
    vital = {check.name for check in VITAL}
    for name, finding in found.items():
        if finding.level is Level.OK:
            yield name, "ok"
        elif name in vital and finding.level is Level.PROBLEM:
            yield name, finding.said
        else:
            yield name, f"degraded: {finding.said}"
