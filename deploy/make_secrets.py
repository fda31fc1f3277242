"""`python3 -m deploy.make_secrets [FOLDER]`: make the secret files that docker-compose.yml names.

Once: it refuses a folder that holds anything. The folder is its owner's alone; the files in it may
be read by everyone who gets that far, since each container has a user of its own.
"""

import ipaddress
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from app.setup.steps import setting

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "deploy" / "secrets"
NODES = ("elasticsearch:9200", "elasticsearch2:9200", "elasticsearch3:9200")
LONG = 48  # bytes behind the secret key
PASSWORD = 24  # bytes behind a password; its letters need no escaping in an address


def texts() -> dict[str, str]:
    """Every secret that is a line of text, by the name of its file."""
    database, search = secrets.token_urlsafe(PASSWORD), secrets.token_urlsafe(PASSWORD)
    return {
        "pool_secret_key": secrets.token_urlsafe(LONG),
        "postgres_password": secrets.token_urlsafe(PASSWORD),
        "database_password": database,
        "pool_database_url": f"postgresql://pool:{database}@postgres:5432/pool",
        "search_password": search,
        "pool_search_url": f"https://pool:{search}@{NODES[0]}/pool",
        "pool_search_url_cluster": f"https://pool:{search}@{','.join(NODES)}/pool",
    }


def host() -> str:
    """The name that visitors type, which the site's certificate is made for."""
    return urlsplit(setting(ROOT, "POOL_PUBLIC_URL")).hostname or "localhost"


def make_certificate(folder: Path, name: str) -> None:
    """A certificate that the site signs itself, until the authority's own takes its place.

    Raises FileNotFoundError without openssl, CalledProcessError where that fails.
    """
    kind = "IP" if _is_address(name) else "DNS"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "825"]
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={kind}:{name}"]
    files = ["-out", str(folder / "tls_certificate"), "-keyout", str(folder / "tls_key")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)  # noqa: S603


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def make(folder: Path) -> None:
    """Make every file in `folder`. Raises FileExistsError when something is there already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: nothing was written")
    make_certificate(folder, host())  # first: it can fail, and then there is nothing to mend
    for name, text in texts().items():
        (folder / name).write_text(text)
    for file in folder.iterdir():
        file.chmod(0o444)


def main(arguments: list[str]) -> int:
    """Exit code 0 when all files were made, 1 when none was."""
    folder = Path(arguments[0]) if arguments else FOLDER
    try:
        make(folder)
    except FileExistsError as refusal:
        sys.stderr.write(f"{refusal}. Running containers would not know new passwords.\n")
        return 1
    except FileNotFoundError:
        sys.stderr.write("The program openssl is needed to make the site's certificate.\n")
        return 1
    sys.stdout.write(f"The secrets are in {folder}; tls_certificate and tls_key may be replaced.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
