"""The dev server sends what browsers need, and says clearly when its port is taken."""

import gzip
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from build import serve
from build.console import BuildError
from build.site_parts.headers import ISOLATION, headers_file, site_headers

POLICY = "default-src 'self'"
HEADERS = site_headers(POLICY)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[serve.Server]:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "pyodide").mkdir()
    for name in ("pyodide.mjs", "pyodide.asm.wasm", "a.whl", "pyodide-lock.json", "x.wgsl", "unknown.thing"):
        (tmp_path / "pyodide" / name).write_bytes(b"12345")
    with serve.serving(tmp_path, HEADERS) as running:
        yield running


def get(server: serve.Server, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request("GET", path, headers=headers or {})
    return connection.getresponse()


@pytest.mark.parametrize("path", ["/", "/pyodide/pyodide.asm.wasm", "/missing", "/pyodide/"])
def test_every_answer_isolates_even_an_error(server: serve.Server, path: str) -> None:
    answer = get(server, path)
    assert {name: answer.getheader(name) for name in HEADERS} == HEADERS
    assert set(ISOLATION) < set(HEADERS)
    assert answer.getheader("Cache-Control") == "no-cache"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/pyodide/pyodide.mjs", "text/javascript; charset=utf-8"),
        ("/pyodide/pyodide.asm.wasm", "application/wasm"),
        ("/pyodide/pyodide-lock.json", "application/json"),
        ("/pyodide/a.whl", "application/zip"),
        ("/pyodide/x.wgsl", "text/plain; charset=utf-8"),
        ("/pyodide/unknown.thing", "application/octet-stream"),
    ],
)
def test_types_come_from_our_table(server: serve.Server, path: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda *_: ("text/plain", None))
    assert get(server, path).getheader("Content-Type") == kind


def test_http_1_1_with_kept_connections(server: serve.Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.version == 11
        assert answer.read() == b"<!doctype html>"


def test_a_repeat_visit_costs_no_bytes_until_the_content_changes(server: serve.Server) -> None:
    file = server.folder / "pyodide" / "a.whl"
    tag = get(server, "/pyodide/a.whl").getheader("ETag")
    assert tag is not None
    again = get(server, "/pyodide/a.whl", {"If-None-Match": tag})
    assert (again.status, again.read()) == (304, b"")
    file.touch()
    assert get(server, "/pyodide/a.whl", {"If-None-Match": tag}).status == 304, "same content, newer file"
    file.write_bytes(b"54321")
    changed = get(server, "/pyodide/a.whl", {"If-None-Match": tag})
    assert (changed.status, changed.read()) == (200, b"54321")


def test_what_shrinks_is_sent_compressed_to_whoever_takes_it(server: serve.Server) -> None:
    file = server.folder / "pyodide" / "pyodide.asm.wasm"
    file.write_bytes(b"much the same " * 1000)
    packed = {"Accept-Encoding": "gzip, br"}
    assert get(server, "/pyodide/pyodide.asm.wasm", packed).getheader("Content-Encoding") is None
    server.compress = True
    answer = get(server, "/pyodide/pyodide.asm.wasm", packed)
    content = answer.read()
    assert gzip.decompress(content) == file.read_bytes() and len(content) == int(answer.headers["Content-Length"]) < 500
    assert (answer.headers["Content-Type"], answer.headers["Vary"]) == ("application/wasm", "Accept-Encoding")
    assert {name: answer.getheader(name) for name in HEADERS} == HEADERS
    plain = get(server, "/pyodide/pyodide.asm.wasm")
    assert plain.read() == file.read_bytes() and plain.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != answer.headers["ETag"], "two contents, two names"
    again = get(server, "/pyodide/pyodide.asm.wasm", {**packed, "If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.read()) == (304, b"")
    file.write_bytes(b"another " * 1000)
    assert gzip.decompress(get(server, "/pyodide/pyodide.asm.wasm", packed).read()) == file.read_bytes()
    assert get(server, "/pyodide/a.whl", packed).getheader("Content-Encoding") is None, "it is packed already"
    assert get(server, "/missing.js", packed).status == 404


def test_folders_are_not_listed_and_nothing_outside_is_served(server: serve.Server) -> None:
    (server.folder.parent / "secret").write_text("x")
    assert get(server, "/pyodide/").status == 404
    assert get(server, "/../secret").status == 404


def test_a_slow_client_does_not_hold_up_others(server: serve.Server) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\n")
        assert get(server, "/").status == 200


def test_the_address_is_one_browsers_trust(server: serve.Server) -> None:
    assert server.url == f"http://localhost:{server.server_port}/"


def test_the_next_free_port_is_taken_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(serve, "FIRST_PORT", taken)
        with serve.make_server(tmp_path, HEADERS) as server:
            assert taken < server.server_port < taken + serve.PORTS_TRIED
    assert f"port {taken} is taken by another program, trying {taken + 1}" in capfd.readouterr().out


def test_a_server_on_ipv6_localhost_counts_as_taking_the_port(tmp_path: Path) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        taken = other.getsockname()[1]
        with pytest.raises(BuildError, match=f"port {taken} "):
            serve.make_server(tmp_path, HEADERS, port=taken)


def test_an_explicit_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(BuildError, match=rf"port {taken} .*in use.*choose another with --port"):
            serve.make_server(tmp_path, HEADERS, port=taken)


def test_an_unbuilt_site_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"index\.html is missing, expected a built site: run `make site`"):
        serve.main([str(tmp_path), "--no-browser", "--port", "0"])


def test_the_headers_file_says_the_same_to_static_hosts() -> None:
    first, *lines = headers_file(POLICY).splitlines()
    assert first == "/*"
    assert dict(line.strip().split(": ", 1) for line in lines) == HEADERS
