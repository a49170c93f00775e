"""Development server: `python -m build.serve [FOLDER] [--port N] [--bind ADDRESS] [--no-browser]`.

Static files, with the headers that isolation and the Content-Security-Policy need, compressed where that is worth it.
Repeat visits are cheap: the browser asks whether each file changed and is answered from its hash.
"""

import argparse
import errno
import gzip
import http.server
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from build.console import BuildError, guarded, say
from build.pins import SITE, pins
from build.site_parts.headers import site_headers
from build.stamps import file_sha256

FIRST_PORT = 8000
PORTS_TRIED = 20
PROBE_S = 0.2
# Never the operating system's table: Windows' registry may call .js text/plain, which leaves a blank page.
MIME_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".wgsl": "text/plain; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
    ".whl": "application/zip",
    ".zip": "application/zip",
}
OTHER_TYPE = "application/octet-stream"
# What gzip makes smaller: not what is packed already.
COMPRESSIBLE = {".html", ".js", ".mjs", ".css", ".json", ".webmanifest", ".wasm", ".wgsl", ".py", ".txt", ".svg"}
COMPRESSION = 6  # gzip's own; 9 takes the core four times as long and makes it 1 % smaller


@cache
def entity_tag(path: Path, modified_ns: int, size: int) -> str:
    """HTTP entity tag of a file's content; hashed again only when its time or size changed."""
    return f'"{file_sha256(path)[:32]}"'


@cache
def compressed(path: Path, tag: str) -> bytes:
    """A file's content, whose entity tag is `tag`, as gzip; made once."""
    return gzip.compress(path.read_bytes(), COMPRESSION, mtime=0)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Answers GET and HEAD for the files of one folder."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    about: Mapping[str, str] = {}  # headers of the file that is answered with

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        """The type from our own table."""
        return MIME_TYPES.get(Path(path).suffix.lower(), OTHER_TYPE)

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer 304 where the browser's copy is still the content, compressed where it may be, else as usual."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return super().send_head()
        status = path.stat()
        tag = entity_tag(path, status.st_mtime_ns, status.st_size)
        packed = self.server.compress and path.suffix in COMPRESSIBLE
        vary = {"Vary": "Accept-Encoding"} if packed else {}
        packed = packed and "gzip" in self.headers.get("Accept-Encoding", "")
        self.about = {"ETag": f'{tag[:-1]}-gzip"' if packed else tag, **vary}
        if self.about["ETag"] == self.headers.get("If-None-Match"):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return None
        return self._packed(path, tag) if packed else super().send_head()

    def _packed(self, path: Path, tag: str) -> BytesIO:
        content = compressed(path, tag)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return BytesIO(content)

    def list_directory(self, path: str | os.PathLike[str]) -> BytesIO | None:
        """A static host would not list folders either."""
        self.send_error(HTTPStatus.NOT_FOUND, "File not found")
        return None

    def end_headers(self) -> None:
        """Add what every answer carries, errors included: a 404 without COEP would hide its reason."""
        for name, value in self.server.extra_headers.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        for name, value in self.about.items():
            self.send_header(name, value)
        self.about = {}
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say only what failed."""
        if isinstance(code, int) and code >= HTTPStatus.BAD_REQUEST:
            super().log_request(code, size)


class Server(http.server.ThreadingHTTPServer):
    """One folder, served with extra headers, a thread per connection."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port silently
    compress = False  # whether to; costs the first visitor a second, and those of tests are all first
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], folder: Path, extra_headers: Mapping[str, str]) -> None:
        """Bind at once; raises OSError where the port is taken."""
        self.extra_headers = extra_headers
        self.folder = folder
        super().__init__(address, Handler)

    def finish_request(self, request: object, client_address: object) -> None:
        """Hand the folder to the handler."""
        Handler(request, client_address, self, directory=str(self.folder))  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers abort downloads all the time; only other errors are worth a traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """Address to open. `localhost` counts as a secure context, which isolation needs; other names do not."""
        host = str(self.server_address[0])
        local = host.startswith("127.") or host in ("0.0.0.0", "::1")
        return f"http://{'localhost' if local else host}:{self.server_port}/"


def make_server(
    folder: Path, extra_headers: Mapping[str, str], bind: str = "127.0.0.1", port: int | None = None
) -> Server:
    """A bound server, not yet answering.

    Args:
        folder: what to serve.
        extra_headers: sent with every answer.
        bind: address to listen on.
        port: this one and no other (0: any free one); None: 8000, or the next free one after it.

    Raises:
        BuildError: the port asked for, or all of those tried, are taken.
    """
    if port is not None:
        try:
            return _bind(folder, extra_headers, bind, port)
        except OSError as error:
            raise BuildError(
                f"port {port} on {bind} cannot be used ({error.strerror}): stop the program that has it, or choose "
                "another with --port, or leave --port away for the next free one"
            ) from error
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        try:
            return _bind(folder, extra_headers, bind, candidate)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise BuildError(f"cannot listen on {bind}: {error.strerror}; give another --bind") from error
            say(f"port {candidate} is taken by another program, trying {candidate + 1}")
    last = FIRST_PORT + PORTS_TRIED - 1
    raise BuildError(f"ports {FIRST_PORT} to {last} are all taken: stop one of their programs or pass --port 0 for any")


def _bind(folder: Path, extra_headers: Mapping[str, str], bind: str, port: int) -> Server:
    if port and _answers("::1", port):
        # Ours would start, but a browser asked for `localhost` would reach the other one, over IPv6.
        raise OSError(errno.EADDRINUSE, "Address already in use")
    return Server((bind, port), folder, extra_headers)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=PROBE_S):
            return True
    except OSError:
        return False


@contextmanager
def serving(folder: Path, extra_headers: Mapping[str, str], port: int = 0) -> Iterator[Server]:
    """A server that answers from a thread of its own until the block ends."""
    with make_server(folder, extra_headers, port=port) as server, answering(server):
        yield server


@contextmanager
def answering(server: Server) -> Iterator[None]:
    """A bound server answers from a thread of its own until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def main(arguments: Sequence[str]) -> int:
    """Serve the site until Ctrl+C."""
    parser = argparse.ArgumentParser(prog="python -m build.serve", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SITE, help="what to serve (default: site/)")
    parser.add_argument("--port", type=int, help=f"this port only, 0 for any (default: {FIRST_PORT} or the next free)")
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: 127.0.0.1)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    options = parser.parse_args(arguments)
    if not (options.folder / "index.html").is_file():
        raise BuildError(f"{options.folder / 'index.html'} is missing, expected a built site: run `make site` first")
    headers = site_headers(pins().content_security_policy)
    with make_server(options.folder, headers, options.bind, options.port) as server:
        server.compress = True
        say(f"Serving {options.folder.resolve()} at {server.url} (Ctrl+C stops)")
        if "localhost" not in server.url:
            say("note: browsers give shared memory and WebGPU only to https and to localhost")
        if not options.no_browser:
            threading.Timer(0.3, webbrowser.open, [server.url]).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")
    return 0


if __name__ == "__main__":
    guarded(main)
