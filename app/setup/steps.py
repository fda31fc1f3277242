"""The steps of set-up: what each is made from, what it makes, and how."""

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.setup.runner import Runner, counted, told

# htmx travels in this wheel ready to serve; nothing of Django is installed or used.
ASSET_WHEEL = "django-htmx==1.29.0"
ASSET_HASH = "sha256:0ec5be1645ed71e6787bd75e0250624f00274ac3bb1730f07b6629a95688929b"
ASSETS = ("htmx-4.min.js",)

# The font that certificates and receipts are set in (Noto Sans CJK SC, SIL Open Font License),
# so that no machine need have one installed. Of this wheel nothing else is taken.
FONT_WHEEL = "mplfonts==0.0.11"
FONT_HASH = "sha256:b5e05ba7fd9a59cae48d1db41f657f50e6765e6f04b8d78504438b93a66b6e13"
FONT = "NotoSansCJKsc-Regular.otf"


@dataclass(frozen=True)
class Step:
    """One thing to make. Its stamp is a hash of `inputs`; while that holds it is skipped."""

    label: str
    stamp: Path
    inputs: tuple[str, ...]
    makes: tuple[Path, ...]
    work: Callable[[Runner], None]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\0".join(self.inputs).encode()).hexdigest()

    @property
    def is_done(self) -> bool:
        stamped = self.stamp.is_file() and self.stamp.read_text() == self.digest
        return stamped and all(path.exists() for path in self.makes)

    def do(self, run: Runner) -> None:
        self.stamp.unlink(missing_ok=True)
        self.work(run)
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.digest)


class Plan:
    """The steps for the checkout at `root`, whose working files live in `home`."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home, self.venv = root, home, root / ".venv"
        self.python = str(self.venv / "bin" / "python")
        self.pip = (self.python, "-m", "pip", "--no-input", "--disable-pip-version-check")
        self.vendor = root / "app" / "static" / "vendor"

    def steps(self, *, dev: bool) -> Iterator[Step]:
        """Every step in order, each built when its turn comes: earlier ones feed later ones."""
        yield self.environment()
        yield self.locked("Packages", "requirements.lock")
        yield self.project()
        if dev:
            yield self.locked("Development tools", "requirements-dev.lock")
        yield self.assets()
        yield self.font()
        yield self.messages()
        if not setting(self.root, "POOL_EMBEDDING_MODEL"):
            yield self.model()

    def environment(self) -> Step:
        """A fresh environment whenever Python or the folder changes: it holds absolute paths."""
        command = (sys.executable, "-m", "venv", "--clear", str(self.venv))
        inputs = (sys.version, str(self.venv))
        stamp, makes = self.venv / "stamp", (Path(self.python),)
        return Step("Environment", stamp, inputs, makes, lambda run: run(*command))

    def locked(self, label: str, lock: str) -> Step:
        text = (self.root / lock).read_text(encoding="utf-8")
        progress = counted("Collecting ", len(re.findall(r"^[\w.-]+==", text, re.M)))
        options = ("--require-hashes", "--no-deps", "--progress-bar=off", "-r", lock)

        def work(run: Runner) -> None:
            run(*self.pip, "install", *options, progress=progress)

        return Step(label, self.venv / f"stamp-{lock}", (text,), (), work)

    def project(self) -> Step:
        """The project itself and torch, whose build (CPU or not) each machine's index decides."""
        options = ("--no-build-isolation", "--progress-bar=raw", "-e", ".")
        inputs = contents(self.root / "pyproject.toml", self.root / "requirements.lock")

        def work(run: Runner) -> None:
            run(*self.pip, "install", *options, progress=told)

        stamp, makes = self.venv / "stamp-project", (self.venv / "bin" / "pool",)
        return Step("The project and PyTorch", stamp, inputs, makes, work)

    def assets(self) -> Step:
        inputs = (ASSET_WHEEL, ASSET_HASH, *ASSETS)
        makes = tuple(self.vendor / name for name in ASSETS)
        stamp = self.venv / "stamp-assets"
        return Step("Browser assets", stamp, inputs, makes, self._fetch_assets)

    def _fetch_assets(self, run: Runner) -> None:
        names = [f"django_htmx/static/django_htmx/{name}" for name in ASSETS]
        self._fetch(run, ASSET_WHEEL, ASSET_HASH, names, self.vendor)

    def font(self) -> Step:
        folder = self.root / "app" / "fonts"
        names = [f"mplfonts/fonts/{FONT}"]

        def work(run: Runner) -> None:
            self._fetch(run, FONT_WHEEL, FONT_HASH, names, folder)

        stamp, makes = self.venv / "stamp-font", (folder / FONT,)
        return Step("The font of documents", stamp, (FONT_WHEEL, FONT_HASH, FONT), makes, work)

    def _fetch(self, run: Runner, wheel: str, digest: str, names: list[str], into: Path) -> None:
        """Take these files, and no others, out of a wheel that nothing is installed of."""
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            pin = Path(scratch) / "wheel.txt"
            pin.write_text(f"{wheel} --hash={digest}\n")
            options = ("--require-hashes", "--no-deps", "--target", scratch, "-r", str(pin))
            run(*self.pip, "install", *options)
            for name in names:
                shutil.copy(Path(scratch) / name, into)

    def messages(self) -> Step:
        folder = self.root / "app" / "locale"
        catalogues = tuple(folder.glob("*/LC_MESSAGES/*.po"))

        compile_them = "from app.core.i18n import compile_catalogues as run; run()"

        def work(run: Runner) -> None:
            run(self.python, "-c", compile_them)

        stamp = self.venv / "stamp-messages"
        makes = tuple(path.with_suffix(".mo") for path in catalogues)
        return Step("Messages", stamp, contents(*catalogues), makes, work)

    def model(self) -> Step:
        folder = self.home / "models" / "e5-small"
        inputs = contents(self.root / "search" / "offline_model.py")

        def work(run: Runner) -> None:
            run(self.python, "-m", "search.offline_model", str(folder), progress=told)

        stamp = folder.with_suffix(".stamp")
        return Step("The offline model", stamp, inputs, (folder,), work)


def setting(root: Path, name: str) -> str:
    """A setting from the environment or `.env`, before there is anything to parse it with."""
    file = root / ".env"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    written = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    return (os.environ.get(name) or written.get(name, "")).strip().strip("'\"")


def contents(*paths: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in sorted(paths))
