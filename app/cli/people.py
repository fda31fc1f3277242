"""Commands around people: an account from the command line, and a place in the staff."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.accounts import operating
from app.accounts.models import Person, StaffRole
from app.accounts.staffing import ROLE_NAMES
from app.catalogue.labels import region_label
from app.cli.output import say, say_json
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.migrating import upgrade

PROVINCE = "440000"
Email = Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")]
Staff = Annotated[list[StaffRole] | None, typer.Option(help="A role in the staff; repeatable.")]
Region = Annotated[str, typer.Option(help="Inside which region, by code; 440000: the province.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

person = typer.Typer(help="People: make an account, appoint to the staff.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to `pool`."""
    app.add_typer(person, name="person")


@person.command()
def add(
    email: Email,
    name: Annotated[str, typer.Argument(help="What they are called.")],
    staff: Staff = None,
    region: Region = PROVINCE,
    password_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A file whose first line is the password."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an account that can sign in at once; the password is asked for here."""
    upgrade()
    password = _read(password_file) if password_file else _ask()
    with transaction() as db:
        made = operating.add(db, email, name, password, by=getpass.getuser())
        _appoint(db, made, staff or [], region, as_json=as_json)


@person.command()
def appoint(
    email: Email,
    staff: Annotated[list[StaffRole], typer.Option(help="A role in the staff; repeatable.")],
    region: Region = PROVINCE,
    as_json: Json = False,
) -> None:
    """Give somebody with an account roles in the staff; their sessions end."""
    upgrade()
    with transaction() as db:
        _appoint(db, operating.find(db, email), staff, region, as_json=as_json)


def _appoint(
    db: Session, who: Person, staff: list[StaffRole], region: str, *, as_json: bool
) -> None:
    by = getpass.getuser()
    roles = operating.appoint(db, who, staff, region, by=by) if staff else []
    if as_json:
        said = {"id": str(who.id), "email": who.email, "name": who.name}
        say_json({**said, "roles": roles, "region": region if roles else None})
    elif roles:
        say(
            _(
                "{name} belongs to the staff in {region}: {roles}. The first sign-in sets up "
                "their second factor.",
                name=who.name,
                region=region_label(region),
                roles=_(", ").join(_(ROLE_NAMES[role]) for role in roles),
            )
        )
    else:
        say(_("{name} can sign in.", name=who.name))


def _read(path: Path) -> str:
    return next(iter(path.read_text(encoding="utf-8").splitlines()), "")


def _ask() -> str:
    try:
        return str(typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True))
    except typer.Abort as error:
        raise Invalid("Nobody is here to type a password; use --password-file.") from error
