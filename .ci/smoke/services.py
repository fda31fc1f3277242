"""The services of the compose file, as processes of this machine."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from smoke.checking import Wrong, check, free_port, say
from tests.deployment import ROOT, fill_in, image_environment, read_compose

LEAVING = 3.0  # seconds that helpers of a process may outlive it


@dataclass(frozen=True)
class Here:
    """Where things are on this machine that are elsewhere in containers."""

    folder: Path
    port: int
    metrics: dict[str, int]  # by service
    mail: int
    public: str

    def environment(self, service: str) -> dict[str, str]:
        """What the container of this service would see, hosts, ports and folders replaced."""
        said = read_compose()["services"][service]["environment"]
        asked = {name: fill_in(value, {}) for name, value in said.items()}
        both = {**image_environment(), **asked}
        mail = urlsplit(both["POOL_MAIL_URL"])
        model = os.environ.get("POOL_EMBEDDING_MODEL") or str(ROOT / "var/models/e5-small")
        replaced = {
            "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}",
            "POOL_HOME": str(self.folder / "home"),
            "POOL_SECRETS": str(self.folder / "secrets"),
            "POOL_SEARCH_CA": str(self.folder / "ca.crt"),
            "POOL_EMBEDDING_MODEL": model,
            "HF_HOME": str(self.folder / "home" / "huggingface"),
            "POOL_HOST": "127.0.0.1",
            "POOL_PORT": str(self.port),
            "POOL_METRICS_HOST": "127.0.0.1",
            "POOL_METRICS_PORT": str(self.metrics[service]),
            "POOL_MAIL_URL": f"{mail.scheme}://127.0.0.1:{self.mail}",
            "POOL_PUBLIC_URL": self.public,
        }
        unknown = [name for name in replaced if name not in both]
        check(not unknown, f"neither compose nor the image sets {', '.join(unknown)}")
        return {**both, **replaced, "LANG": "C.UTF-8"}

    def command(self, service: str) -> list[str]:
        said: list[str] = read_compose()["services"][service]["command"]
        return said


def is_healthy(here: Here, service: str) -> tuple[bool, str]:
    """What the container's health check says, its ports replaced."""
    test = read_compose()["services"][service]["healthcheck"]["test"]
    asked = here.environment(service)
    ports = {"8000": asked["POOL_PORT"], "9100": asked["POOL_METRICS_PORT"]}
    command = [re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda at: ports[at[0]], part) for part in test[1:]]
    done = subprocess.run(
        command, env=asked, cwd=here.folder, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stderr[-300:]


def run(here: Here, *command: str) -> str:
    """A command as `docker compose exec app …` would run it; what it printed."""
    done = subprocess.run(
        command,
        env=here.environment("app"),
        cwd=here.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Wrong(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    asked = " ".join(word for word in command if "\n" not in word)
    say(f"  {asked}: {' / '.join(done.stdout.strip().splitlines()[-2:])}")
    return done.stdout


class Running:
    """A long-running service; stopped as compose stops it."""

    def __init__(self, here: Here, name: str, command: list[str], env: dict[str, str]) -> None:
        self.name, self.log = name, here.folder / f"{name}.log"
        self._process = subprocess.Popen(
            command,
            env=env,
            cwd=here.folder,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        say(f"  {name}: {' '.join(command)} (process {self._process.pid})")

    @classmethod
    def service(cls, here: Here, name: str) -> "Running":
        return cls(here, name, here.command(name), here.environment(name))

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def family(self) -> list[str]:
        """The command lines of all processes that it consists of."""
        lines = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self._process.pid and fields[0] != "Z":
                    lines.append((folder / "cmdline").read_text().replace("\0", " "))
        return lines

    @contextlib.contextmanager
    def held_up(self) -> Iterator[None]:
        """It stands still for as long as the block runs."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self, seconds: float) -> None:
        """SIGTERM, and Wrong when it takes longer, fails or leaves a process behind."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"{self.name} runs {seconds:.0f} s after SIGTERM") from error
        check(status in {0, -signal.SIGTERM}, f"{self.name} ended with {status}")
        until = time.monotonic() + LEAVING
        while (left := self.family()) and time.monotonic() < until:
            time.sleep(0.1)
        check(not left, f"{self.name} left {left} behind")
        say(f"  {self.name} stopped after {time.monotonic() - began:.1f} s")

    def kill(self) -> None:
        """Whatever is left of it, however the walk ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def grace(service: str) -> float:
    """Seconds that compose waits before it kills."""
    return float(read_compose()["services"][service]["stop_grace_period"].removesuffix("s"))


def start_proxy(here: Here, outside: int, plain: int) -> Running:
    """The real proxy with its real file, hosts and ports replaced."""
    text = (ROOT / "deploy/Caddyfile").read_text()
    ports = {"app:8000": f"127.0.0.1:{here.port}", ":8443": f":{outside}", ":8080": f":{plain}"}
    ports |= {":8081": f":{free_port()}", ":8025": f":{free_port()}"}
    ports |= {"/run/secrets": str(here.folder / "secrets")}
    for old, new in ports.items():
        check(old in text, f"deploy/Caddyfile lacks {old}")
        text = text.replace(old, new)
    file = here.folder / "Caddyfile"
    file.write_text(text)
    env = {"PATH": os.environ["PATH"], "POOL_PUBLIC_URL": here.public, "HOME": str(here.folder)}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    return Running(here, "proxy", command, env)
