"""The command that repeats a draw of spot checks from its published file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.output import complain, say, say_json
from app.core.errors import Invalid
from app.core.i18n import _, ngettext
from app.curation.oversight.draw_file import MOST_BYTES, Difference, differences, read

DIFFERS, UNREADABLE = 1, 2

draw = typer.Typer(help="Repeat draws of spot checks.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to `pool`."""
    app.add_typer(draw, name="draw")


@draw.command()
def verify(
    file: Annotated[Path, typer.Argument(help="What /spot-checks/….json gave you.")],
    noted: Annotated[
        str, typer.Option("--hash", help="The inputs' hash that you noted before the draw.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Repeat a draw; needs its published file and nothing else, no database and no network.

    Exit code 0: it is as published; 1: it is not, with the first difference; 2: not readable.
    """
    try:
        said = read(_bytes(file))
    except Invalid as refusal:
        complain(_("{file} cannot be read.", file=file))
        complain(_(refusal.message, **refusal.values))
        raise typer.Exit(UNREADABLE) from refusal
    found = list(differences(said, noted))
    if as_json:
        say_json(_as_dict(said, found))
    elif found:
        complain(_said(found[0]))
    else:
        _confirm(said)
    raise typer.Exit(DIFFERS if found else 0)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Invalid("The file is larger than {most} MB.", most=MOST_BYTES // 1024 // 1024)
        return file.read_bytes()
    except OSError as error:
        raise Invalid("{where}: {reason}", where=file, reason=error.strerror) from error


def _said(difference: Difference) -> str:
    return _(
        "The draw is not as published. {where}: the file says {said}, right is {right}.",
        where=difference.where,
        said=difference.said,
        right=difference.right,
    )


def _confirm(said: dict[str, Any]) -> None:
    say(_("Hash of the inputs: {hash}", hash=said["inputs_hash"]))
    if said["seed"] is None:
        say(_("The list is as published. Nothing is drawn from it."))
        return
    say(_("Seed: {seed}", seed=said["seed"]))
    checks: Sequence[Any] = said["outcome"]["checks"]
    drawn, of = len(checks), len(said["inputs"]["vendors"])
    say(ngettext("{n} vendor drawn of {of}.", "{n} vendors drawn of {of}.", drawn, of=of))
    say(_("The draw is as published."))


def _as_dict(said: dict[str, Any], found: Sequence[Difference]) -> dict[str, Any]:
    first = found[0] if found else None
    return {
        "as_published": not found,
        "is_drawn": said["seed"] is not None,
        "inputs_hash": said["inputs_hash"],
        "seed": said["seed"],
        "differences": len(found),
        "first": first and {"where": first.where, "said": first.said, "right": first.right},
    }
