"""How commands speak: data on standard output, everything else on standard error."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

console = Console(stderr=True, highlight=False)


class Step(Protocol):
    """Told how far a step is; a total of None means that nobody knows yet."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


def say(text: str) -> None:
    """A line of result on standard output."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """One JSON value on one line of standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def complain(text: str) -> None:
    """A sentence for the person at the keyboard, on standard error."""
    console.print(text, style="bold red", markup=False, soft_wrap=True)


def note(text: str) -> None:
    """A remark on standard error."""
    console.print(text, markup=False, soft_wrap=True)


@contextmanager
def progress(title: str) -> Iterator[Step]:
    """A progress bar on standard error for one long step."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=None)

        def step(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield step
        finished = bar.tasks[0].completed
        bar.update(task, total=finished, completed=finished)
