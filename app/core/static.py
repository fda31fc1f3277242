"""Files that never change under their address: the address carries a hash of the content."""

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent.parent / "static"
PREFIX = "/static"
FOREVER = "public, max-age=31536000, immutable"


def static_url(path: str, folder: Path = STATIC) -> str:
    """The address of a file under `app/static`: `/static/<hash>/<path>`.

    A file that is not there (set-up has not fetched it) gets an address that answers 404, so
    that the page still works, as it does without scripts.
    """
    return f"{PREFIX}/{_digest(folder / path)}/{path}"


class HashedFiles(StaticFiles):
    """Serves those addresses; a browser that has the file never asks again.

    An address with another hash, left in a page from before an upgrade, gets the file of
    today and is asked for again the next time.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._folder = folder

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file behind `<hash>/<path>`."""
        digest, _, name = path.partition("/")
        response = await super().get_response(name, scope)
        is_current = digest == _digest(self._folder / name)
        response.headers["Cache-Control"] = FOREVER if is_current else "no-cache"
        return response


def _digest(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return "missing"
    return _content_digest(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=512)
def _content_digest(path: Path, _modified: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
