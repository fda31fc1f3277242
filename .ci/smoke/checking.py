"""What is wrong ends the walk; what is not so yet is waited for."""

import os
import socket
import sys
import time
from collections.abc import Callable

import httpx2

PATIENCE = 600.0  # seconds for something to come about; a busy machine loads the model slowly
NAME = f"pool-smoke-{os.getpid()}"  # of what is made on the servers


class Wrong(Exception):
    """The first thing that is not as it should be."""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def check(is_right: object, wrong: str) -> None:
    """Go on, or raise Wrong with these words."""
    if not is_right:
        raise Wrong(wrong)


def wait_for(what: str, ask: Callable[[], tuple[bool, object]]) -> None:
    """Ask whether it is so until it is; Wrong, with the last answer, when patience ends."""
    until, said = time.monotonic() + PATIENCE, object()
    while time.monotonic() < until:
        try:
            is_so, said = ask()
        except (OSError, httpx2.HTTPError) as error:
            is_so, said = False, error
        if is_so:
            return
        time.sleep(0.3)
    raise Wrong(f"after {PATIENCE:.0f} s still not: {what} ({said})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
