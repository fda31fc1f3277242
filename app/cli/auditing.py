"""The command about the audit trail: whether its chain is as it was written."""

import re
from typing import Annotated, Any

import typer

from app.cli.output import complain, say, say_json
from app.core.audit import Fault, Proof, verify
from app.core.db import transaction
from app.core.formats import format_moment
from app.core.i18n import _, mark

HASH = re.compile("[0-9a-f]{64}")
BROKEN = 1
FAULTS = {
    Fault.ALTERED: mark("Entry {entry} was altered: {action}, {moment}."),
    Fault.REMOVED: mark("Entry {entry} was removed; the next one is {action}, {moment}."),
    Fault.INSERTED: mark("Entry {entry} was inserted: {action}, {moment}."),
    Fault.CUT_OFF: mark("The end was cut off: entry {entry} and all after it are missing."),
}
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `audit` with its commands to `pool`."""
    app.add_typer(audit, name="audit")


@audit.callback()
def about() -> None:
    """The audit trail."""


@audit.command("verify")
def verify_chain(
    expect: Annotated[
        str, typer.Option(help="A head printed earlier and kept elsewhere; it must be found.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prove the chain: 0 with its length and head, 1 naming the first entry that is broken."""
    if expect and not HASH.fullmatch(expect):
        complain(_("--expect takes a head of 64 characters, as “pool audit verify” prints it."))
        raise typer.Exit(2)
    with transaction(writes=False) as db:
        proof = verify(db, expect)
    if as_json:
        say_json(_as_dict(proof))
    elif proof.fault is None:
        say(_("{length} entries, unbroken. Head: {head}", length=proof.length, head=proof.head))
    else:
        complain(_said(proof, proof.fault))
    if proof.fault:
        raise typer.Exit(BROKEN)


def _said(proof: Proof, fault: Fault) -> str:
    moment = format_moment(proof.at)
    return _(FAULTS[fault], entry=proof.broken, action=proof.action, moment=moment)


def _as_dict(proof: Proof) -> dict[str, Any]:
    broken = {
        "entry": proof.broken,
        "fault": str(proof.fault),
        "at": proof.at.isoformat() if proof.at else None,
        "action": proof.action or None,
    }
    said = {"unbroken": proof.fault is None, "length": proof.length, "head": proof.head}
    return {**said, "broken": broken if proof.fault else None}
