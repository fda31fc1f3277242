"""The command around the outbox: what waits, what was put off or given up, and trying again."""

from typing import Annotated, Any

import typer

from app.cli.output import say, say_json
from app.core.db import transaction
from app.core.formats import format_moment
from app.core.i18n import _, ngettext
from app.core.outbox import Counts, Job, counts, retry, troubled

MOST_LISTED = 10_000


def register(app: typer.Typer) -> None:
    """Add this command to `pool`."""
    app.command()(outbox)


def outbox(
    again: Annotated[
        bool, typer.Option("--retry", help="Try what was given up or put off again, now.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, max=MOST_LISTED, help="List at most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What waits to be done, and what was put off or given up, with the reason."""
    retried = 0
    if again:
        with transaction() as db:
            retried = retry(db)
    with transaction(writes=False) as db:
        counted, jobs = counts(db), troubled(db, limit)
    if as_json:
        say_json(_as_dict(counted, jobs, retried))
        return
    if again:
        say(ngettext("{n} job is tried again.", "{n} jobs are tried again.", retried))
    say(_said(counted))
    for job in jobs:
        say(_line(job))


def _as_dict(counted: Counts, jobs: Any, retried: int) -> dict[str, Any]:
    return {
        "waiting": counted.waiting,
        "put_off": counted.put_off,
        "dead": counted.dead,
        "retried": retried,
        "jobs": [
            {
                "id": job.id,
                "name": job.name,
                "state": "dead" if job.dead_at else "put_off",
                "payload": job.payload,
                "attempts": job.attempts,
                "created_at": job.created_at.isoformat(timespec="seconds"),
                "next_at": None if job.dead_at else job.run_after.isoformat(timespec="seconds"),
                "reason": job.error,
            }
            for job in jobs
        ],
    }


def _said(counted: Counts) -> str:
    return _(
        "{waiting} waiting, {put_off} of them put off; {dead} given up.",
        waiting=counted.waiting,
        put_off=counted.put_off,
        dead=counted.dead,
    )


def _line(job: Job) -> str:
    """A job on one line: number, name, what it is about, when it is tried again, why."""
    about = " ".join(f"{name}={value}" for name, value in sorted(job.payload.items()))
    if job.dead_at:
        when = _("given up {moment}", moment=format_moment(job.dead_at))
    else:
        when = _("again {moment}", moment=format_moment(job.run_after))
    return f"{job.id:>6}  {job.name}  {about}  {when}  {' '.join(str(job.error).split())}"
