"""Stand-ins for what compose has and this machine may lack."""

import contextlib
import os
import shutil
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from smoke.checking import say


class Greeting(socketserver.StreamRequestHandler):
    """As much of a mail server as a greeting takes."""

    def handle(self) -> None:
        self.wfile.write(b"220 smoke\r\n")
        for line in self.rfile:
            is_end = line[:4].upper() == b"QUIT"
            self.wfile.write(b"221 bye\r\n" if is_end else b"250 smoke\r\n")
            if is_end:
                return


class Relay(socketserver.BaseRequestHandler):
    """Ends TLS and passes on what comes, for a server that has none."""

    context: ssl.SSLContext
    target: tuple[str, int]

    def handle(self) -> None:
        with (
            contextlib.suppress(OSError),
            self.context.wrap_socket(self.request, server_side=True) as near,
            socket.create_connection(self.target) as far,
        ):
            back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
            back.start()
            self._pass_on(near, far)
            back.join()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                sink.sendall(block)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def listening(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """A stand-in on a port of this machine for as long as the block runs."""
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextlib.contextmanager
def encrypted(url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """An https address of this server and the file of the authority to trust."""
    parts = urlsplit(url)
    trusted = folder / "ca.crt"
    if parts.scheme == "https":
        shutil.copy(os.environ.get("POOL_TEST_ELASTICSEARCH_CA", ""), trusted)
        yield f"{parts.hostname}:{parts.port}", trusted
        return
    say("  Elasticsearch is given without TLS: it is put behind TLS here")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    far = {"context": context, "target": (parts.hostname, parts.port)}
    with listening(type("SearchRelay", (Relay,), far)) as port:
        yield f"localhost:{port}", trusted
