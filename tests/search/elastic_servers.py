"""Elasticsearch servers of the tests' own, to stop and to kill, and a wire that can be cut."""

import os
import secrets
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from search.elastic import Connection
from search.engine import EngineAway

# read before the fixtures of all tests hide the settings of the machine
SCRIPT = os.environ.get("POOL_TEST_ELASTICSEARCH_SCRIPT", "")
NO_SCRIPT = "set POOL_TEST_ELASTICSEARCH_SCRIPT to a script that starts servers to run this"
SECONDS = 120.0
UNPACKED = "elasticsearch-9.5.0"  # the folder that the script makes
QUICK_START = "-XX:TieredStopAtLevel=1\n"  # for a few requests, the second compiler never pays


@dataclass(frozen=True, slots=True)
class Servers:
    """One or more nodes that the script runs in `base`, on the ports from `port` on."""

    base: Path
    port: int
    nodes: int = 1
    password: str = ""

    @property
    def hosts(self) -> str:
        return ",".join(f"127.0.0.1:{self.port + node}" for node in range(self.nodes))

    def start(self) -> None:
        """Start what does not run, and wait until all nodes have found each other."""
        more = ("--password", self.password) if self.password else ()
        self._run("start", "--nodes", str(self.nodes), *more)

    def stop(self) -> None:
        """End all of them at once; what they stored stays."""
        self._run("kill")
        for node in range(self.nodes):
            assert not Path("/proc", str(self.pid(node) or "none")).exists()

    def pid(self, node: int = 0) -> int:
        """The process of a node, 0 when it does not run."""
        path = self.base / f"{self.port}-{node + 1}" / "pid"
        return int(path.read_text()) if path.is_file() else 0

    def send(self, number: signal.Signals, node: int = 0) -> None:
        """Send a signal to a node; after SIGKILL, wait until it is gone."""
        pid = self.pid(node)
        os.kill(pid, number)
        until = time.monotonic() + SECONDS
        while number == signal.SIGKILL and Path("/proc", str(pid)).exists():
            assert time.monotonic() < until
            time.sleep(0.02)

    def user(self, name: str, password: str, role: str) -> None:
        """A user of a file, with a role of `roles.yml`."""
        tool = self.base / UNPACKED / "bin" / "elasticsearch-users"
        clean = ("env", "-u", "JAVA_HOME", "-u", "ES_JAVA_HOME")
        drop = ("runuser", "-u", "elasticsearch", "--") if os.geteuid() == 0 else ()
        words = (*drop, *clean, tool, "useradd", name, "-p", password, "-r", role)
        subprocess.run(words, check=True, capture_output=True)

    def _run(self, *words: str) -> None:
        port = ("--port", str(self.port), "--base", str(self.base))
        done = subprocess.run((SCRIPT, *words, *port), check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def wait_until_answering(connection: Connection) -> None:
    """Ask until it answers."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            with connection.writing() as client:
                client.cluster.health(wait_for_status="yellow", timeout="30s")
            return
        except EngineAway:
            assert time.monotonic() < until
            time.sleep(0.2)


class Wire:
    """Passes on what goes to a server and what comes back, slower or not at all when told so."""

    def __init__(self, target: tuple[str, int], tls: ssl.SSLContext | None = None) -> None:
        self.delay = 0.0
        """Seconds by which each answer is late."""
        self.cut = b""
        """The answer to a request that holds this is lost, and the connection with it."""
        self.sent = bytearray()
        """All that was ever sent to the server."""
        self._target = target
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        with suppress(OSError), accepted, socket.create_connection(self._target) as server:
            client = self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted
            threading.Thread(target=self._answer, args=(client, server), daemon=True).start()
            with client:
                while data := client.recv(65536):
                    self.sent += data
                    server.sendall(data)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                time.sleep(self.delay)
                if self.cut and self.cut in self.sent:
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()


@contextmanager
def wire(host: str, port: int, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """A wire to a server on this machine."""
    made = Wire((host, port), tls)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def room_for_servers() -> Iterator[Path]:
    """A folder in which servers may work as a user of their own; half a gigabyte, then gone."""
    with tempfile.TemporaryDirectory(prefix="pool-elasticsearch-") as folder:
        Path(folder).chmod(0o711)
        options = Path(folder, UNPACKED, "config", "jvm.options.d")
        options.mkdir(parents=True)
        (options / "tests.options").write_text(QUICK_START)
        try:
            yield Path(folder)
        finally:
            _end_those_in(folder)


def _end_those_in(folder: str) -> None:
    """End what the script lost sight of: it starts a node again that is slow to say its number."""
    for said in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"{folder}/".encode() in said.read_bytes():
                os.kill(int(said.parent.name), signal.SIGKILL)


def free_ports() -> int:
    """The first of some ports that nothing listens on, nor on those that nodes use beside."""
    while True:
        first = 16_000 + secrets.randbelow(400) * 10
        with suppress(OSError), ExitStack() as taken:
            for port in (*range(first, first + 3), *range(first + 100, first + 104)):
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
