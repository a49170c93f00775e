"""A wheel is taken only with the SHA-256 of Pyodide's lock; otherwise one sentence says what was tried and why not."""

import hashlib
import os
import socket
import time
import zipfile
from pathlib import Path

import pytest

from build.console import BuildError
from build.serve import serving
from build.site_parts import wheels

CONTENT = b"a wheel made for Pyodide"
WHEEL = wheels.Wheel("numpy", "numpy-2.0.2-cp312.whl", hashlib.sha256(CONTENT).hexdigest())
LOCK = {
    "info": {"version": "0.27.7"},
    "packages": {
        "micropip": {"file_name": "micropip.whl", "sha256": "aa", "depends": ["packaging"]},
        "packaging": {"file_name": "packaging.whl", "sha256": "bb", "depends": []},
        "pandas": {"file_name": "pandas.whl", "sha256": "cc", "depends": ["numpy"]},
    },
}


def folder_with(path: Path, content: bytes) -> wheels.Folder:
    path.mkdir()
    (path / WHEEL.file).write_bytes(content)
    return wheels.Folder(path)


def dead_address() -> wheels.HttpSource:
    """An address on this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return wheels.HttpSource(f"http://127.0.0.1:{probe.getsockname()[1]}/", 5.0)


def package_with(scratch: Path, content: bytes) -> wheels.PipPackage:
    """A package already downloaded, with the wheel inside it."""
    scratch.mkdir()
    with zipfile.ZipFile(scratch / "carrier-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"carrier/assets/{WHEEL.file}", content)
    return wheels.PipPackage("carrier==1.0", "carrier/assets", scratch)


def test_sources_are_tried_in_order_until_one_verifies(tmp_path: Path) -> None:
    sources: list[wheels.Source] = [
        folder_with(tmp_path / "wrong", b"tampered"),
        dead_address(),
        package_with(tmp_path / "package", CONTENT),
    ]
    (kept,) = wheels.obtain([WHEEL], tmp_path / "cache", sources)
    assert kept == tmp_path / "cache" / WHEEL.file
    assert kept.read_bytes() == CONTENT


def test_the_official_address_is_used_when_it_answers(tmp_path: Path) -> None:
    folder_with(tmp_path / "cdn", CONTENT)
    with serving(tmp_path / "cdn", {}) as server:
        (kept,) = wheels.obtain([WHEEL], tmp_path / "cache", [wheels.HttpSource(server.url, 5.0)])
    assert kept.read_bytes() == CONTENT


def test_an_address_without_the_file_is_a_reason_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "cdn").mkdir()
    with serving(tmp_path / "cdn", {}) as server, pytest.raises(BuildError, match="HTTP 404"):
        wheels.obtain([WHEEL], tmp_path / "cache", [wheels.HttpSource(server.url, 5.0)])


def test_an_address_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = wheels.HttpSource(f"http://127.0.0.1:{silent.getsockname()[1]}/", 0.3)
        started_s = time.monotonic()
        with pytest.raises(BuildError, match="timed out"):
            wheels.obtain([WHEEL], tmp_path / "cache", [address])
    assert time.monotonic() - started_s < 5.0


def test_failure_names_the_file_the_hash_each_source_and_the_remedy(tmp_path: Path) -> None:
    address = dead_address()
    with pytest.raises(BuildError) as raised:
        wheels.obtain([WHEEL], tmp_path / "cache", [folder_with(tmp_path / "wrong", b"tampered"), address])
    message = str(raised.value)
    assert WHEEL.file in message
    assert f"expected SHA-256 {WHEEL.sha256}" in message
    assert f"the folder {tmp_path / 'wrong'}: wrong SHA-256 {hashlib.sha256(b'tampered').hexdigest()}" in message
    assert address.base in message and "refused" in message
    assert "--wheels" in message
    assert "\n" not in message


def test_nothing_unverified_stays_in_the_cache(tmp_path: Path) -> None:
    with pytest.raises(BuildError):
        wheels.obtain([WHEEL], tmp_path / "cache", [folder_with(tmp_path / "wrong", b"tampered")])
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_file_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / WHEEL.file).write_bytes(CONTENT[:5])
    (kept,) = wheels.obtain([WHEEL], cache, [folder_with(tmp_path / "right", CONTENT)])
    assert kept.read_bytes() == CONTENT


def test_the_cache_needs_no_source(tmp_path: Path) -> None:
    wheels.obtain([WHEEL], tmp_path / "cache", [folder_with(tmp_path / "right", CONTENT)])
    (kept,) = wheels.obtain([WHEEL], tmp_path / "cache", [])
    assert kept.read_bytes() == CONTENT


def test_pip_without_a_network_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for name in [name for name in os.environ if name.upper().startswith(("PIP_", "HTTP", "ALL_PROXY"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", dead_address().base)
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(BuildError, match="check the network and pip's configuration"):
        wheels.obtain([WHEEL], tmp_path / "cache", [wheels.PipPackage("carrier==1.0", "carrier/assets", scratch)])


def test_dependencies_follow_from_the_lock() -> None:
    assert [wheel.file for wheel in wheels.wanted(LOCK, ["micropip"])] == ["micropip.whl", "packaging.whl"]


def test_a_package_pyodide_does_not_have_is_named() -> None:
    with pytest.raises(BuildError, match=r"Pyodide 0\.27\.7 has no package 'numpy'.*build/pins\.toml"):
        wheels.wanted(LOCK, ["pandas"])
