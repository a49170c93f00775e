"""The recipes of docs/hosting.md in the servers they are for: the site runs isolated from its first load."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response

from build import apt
from build.pins import SITE, pins
from tests.rigs.pages.hosting import recipe
from tests.rigs.pages.visitor import Visitor

FOLDER = "/srv/drillsergeant/site"  # of the recipes
NGINX = """daemon off;
user root;
pid {scratch}/nginx.pid;
error_log stderr;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    server {{
        listen 127.0.0.1:{port};
{block}
    }}
}}
"""
CADDY = """{{
    admin off
    auto_https off
    storage file_system {scratch}
}}
{block}"""
ANSWER_LIMIT_S = 15.0


@contextmanager
def nginx(scratch: Path, port: int) -> Iterator[str]:
    conf = scratch / "nginx.conf"
    conf.write_text(NGINX.format(scratch=scratch, port=port, block=recipe("nginx").replace(FOLDER, str(SITE))))
    with running(["nginx", "-p", str(scratch), "-c", str(conf)], port):
        yield f"http://localhost:{port}/drill/"


@contextmanager
def caddy(scratch: Path, port: int) -> Iterator[str]:
    conf = scratch / "Caddyfile"
    block = recipe("Caddy").replace(FOLDER, str(SITE)).replace("example.org", f"http://localhost:{port}")
    conf.write_text(CADDY.format(scratch=scratch, block=block))
    with running(["caddy", "run", "--config", str(conf), "--adapter", "caddyfile"], port, XDG_CONFIG_HOME=str(scratch)):
        yield f"http://localhost:{port}/"


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """A server in the foreground; it is up once something answers on its port."""
    if shutil.which(command[0]) is None:
        apt.install(pins().debian[command[0]], f"{command[0]} not found")
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    try:
        ends_s = time.monotonic() + ANSWER_LIMIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
                break
            except OSError:
                assert server.poll() is None, f"{command[0]} ended with status {server.returncode}: see above"
                assert time.monotonic() < ends_s, f"{command[0]} did not answer within {ANSWER_LIMIT_S:.0f} s"
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("server", [nginx, caddy])
def test_pasted_into_the_server_the_recipe_isolates_and_compresses(
    browser: Browser, tmp_path: Path, server: Callable[[Path, int], AbstractContextManager[str]]
) -> None:
    with server(tmp_path, free_port()) as address:
        visitor = Visitor(browser, address, keeps=True)
        packed: dict[str, str] = {}

        def note(response: Response) -> None:
            packed[response.url.partition("?")[0]] = response.headers.get("content-encoding", "")

        visitor.context.on("response", note)
        visitor.open("?workers=1")
        assert visitor.page.evaluate("crossOriginIsolated") is True
        assert visitor.page.evaluate("navigator.serviceWorker.controller") is None, "nothing had to be added"
        visitor.until("the match moves", lambda: (visitor.show("ticks") or 0) > 60)
        visitor.page.click("#train")
        visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) >= 3)
        for name in ("pyodide/pyodide.asm.wasm", "pyodide/pyodide.asm.js", "styles/style.css"):
            assert packed[address + name] in ("gzip", "zstd"), f"{name} came as it is"
        assert visitor.complaints == []
        visitor.close()
