"""`python3 -m app.setup [dev]`: do every step that is not done yet."""

import fcntl
import sys
from pathlib import Path

from app.setup.runner import CommandFailed, Runner, say
from app.setup.steps import Plan, setting


def prepare(root: Path, home: Path, *, dev: bool) -> None:
    """Set up the checkout at `root`; two set-ups of one checkout wait for each other."""
    home.mkdir(parents=True, exist_ok=True)
    run = Runner(root, home / "setup.log")
    with (root / "pyproject.toml").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for step in Plan(root, home).steps(dev=dev):
            if not step.is_done:
                run.start(step.label)
                step.do(run)
                run.show(1.0, done=True)


def main(arguments: list[str]) -> int:
    root = Path(__file__).resolve().parents[2]
    home = root / Path(setting(root, "POOL_HOME") or "var").expanduser()
    try:
        prepare(root, home, dev="dev" in arguments)
    except CommandFailed as failure:
        say(f"\n\n{failure}\nSet-up stopped; its whole log is {home / 'setup.log'}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
