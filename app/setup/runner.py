"""Run commands calmly: all their words go to a log, one line with a bar to the screen."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

NOISE = re.compile(r"Location '.*' is ignored")  # pip, of an index that lacks a package
LAST_WORDS = 15  # lines of output shown when a command fails
BAR = 20  # columns

Progress = Callable[[str], float | None]  # a line of output → the share done, where it tells


class CommandFailed(Exception):
    """A command failed; the message is the end of its output."""


class Runner:
    """Runs commands in the folder `root`, writing what they say to the file `log`."""

    def __init__(self, root: Path, log: Path) -> None:
        self.root, self.log = root, log
        self.label, self.started = "", 0.0

    def start(self, label: str) -> None:
        self.label, self.started = label, time.monotonic()
        self.show(None)

    def __call__(self, *command: str, progress: Progress = lambda _: None) -> None:
        """Run one command; raises `CommandFailed` when it does."""
        words: list[str] = []
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            with self._open(command) as process:
                for line in self._follow(process, progress):
                    log.write(line)
                    words.append(line)
        if process.returncode:
            calm = [line for line in words if not NOISE.search(line)]
            raise CommandFailed("".join(calm[-LAST_WORDS:]))

    def _open(self, command: tuple[str, ...]) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603  our own commands, no shell
            command,
            cwd=self.root,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )

    def _follow(self, process: "subprocess.Popen[str]", progress: Progress) -> Iterator[str]:
        share = None
        for line in process.stdout or ():
            share = progress(line) or share
            self.show(share)
            yield line

    def show(self, share: float | None, *, done: bool = False) -> None:
        """Redraw the line on a terminal; elsewhere only a finished one is worth printing."""
        seconds = f"{time.monotonic() - self.started:5.0f} s"
        line = f"  {self.label:<28}{'done' if done else bar(share):<{BAR}}{seconds}"
        if sys.stdout.isatty():
            say(f"\r{line}" + "\n" * done)
        elif done:
            say(f"{line}\n")


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def bar(share: float | None) -> str:
    """A progress bar, or an ellipsis where nobody knows how much is left."""
    if share is None:
        return "…"
    full = round(min(share, 1.0) * BAR)
    return "━" * full + "─" * (BAR - full)


def counted(pattern: str, total: int) -> Progress:
    """Progress by counting the lines that start like `pattern`, out of `total`."""
    seen = 0

    def progress(line: str) -> float | None:
        nonlocal seen
        seen += bool(re.match(pattern, line))
        return seen / total if total else None

    return progress


def told(line: str) -> float | None:
    """Progress as the command itself tells it: "Progress 3 of 10" (pip) or ": 3/10 " (ours)."""
    found = re.search(r"(?:Progress |: )(\d+)(?: of |/)(\d+)", line)
    return int(found[1]) / max(int(found[2]), 1) if found else None
