"""The command that says what is wrong with an installation, and what mends it."""

from collections.abc import Mapping
from typing import Annotated

import typer

from app.cli.output import say, say_json
from app.health.checks import CHECKS
from app.health.findings import Examination, Finding, Level, findings

NAME = "doctor"
SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.PROBLEM: "✗"}
WIDTH = max(len(check.name) for check in CHECKS)


def register(app: typer.Typer) -> None:
    """Add this command to `pool`."""
    app.command(NAME)(doctor)


def doctor(
    context: typer.Context,
    thorough: Annotated[
        bool, typer.Option(help="Compare every listing with the index; takes its time.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is wrong with this installation; exit code 1 when something is."""
    faults: Mapping[str, str] = context.obj or {}
    levels = set()
    for name, finding in findings(CHECKS, Examination(thorough, faults)):
        levels.add(finding.level)
        if as_json:
            say_json(_as_json(name, finding))
        else:
            _print(name, finding)
    if Level.PROBLEM in levels:
        raise typer.Exit(1)


def _as_json(name: str, finding: Finding) -> dict[str, object]:
    return {
        "check": name,
        "level": finding.level,
        "said": finding.said,
        "remedy": finding.remedy,
        "details": list(finding.details),
    }


def _print(name: str, finding: Finding) -> None:
    say(f"{SIGNS[finding.level]} {name:<{WIDTH}}  {finding.said}")
    if finding.level is Level.OK:
        return
    indent = " " * (WIDTH + 4)
    for line in finding.details:
        say(f"{indent}- {line}")
    say(f"{indent}→ {finding.remedy}")
