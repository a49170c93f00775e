"""A missing tool, a failing one and one that is slow each get a clear sentence."""

import json
import sys
from pathlib import Path

import pytest

from build import apt, console, venv
from build.browsers import chromium
from build.console import BuildError, run_tool
from build.pins import Requirements, pins
from build.site_parts import bytecode


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_missing_program_is_named_with_the_remedy() -> None:
    with pytest.raises(BuildError, match=r"npm ci failed: the program 'no-such-npm' is not installed; install Node"):
        run_tool(["no-such-npm", "ci"], "npm ci", "install Node 20 with npm")


def test_a_failing_program_gives_its_last_words_status_and_remedy(capfd: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "print('registry unreachable'); raise SystemExit(3)"]
    with pytest.raises(BuildError, match="exited with 3, expected 0; check the network"):
        run_tool(command, "npm ci", "check the network")
    assert "registry unreachable" in capfd.readouterr().err


def test_a_slow_program_shows_signs_of_life(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "HEARTBEAT_S", 0.05)
    run_tool([sys.executable, "-c", "import time; time.sleep(0.4)"], "installing tools", "wait")
    assert capfd.readouterr().out.count("installing tools ...") >= 3


def test_errors_reach_the_command_line_as_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    def main(arguments: object) -> int:
        raise BuildError("numpy.whl is damaged, expected SHA-256 ab: run again")

    with pytest.raises(SystemExit) as ended:
        console.guarded(main)
    assert ended.value.code == 1
    assert capfd.readouterr().err == "error: numpy.whl is damaged, expected SHA-256 ab: run again\n"


def test_without_root_the_one_apt_command_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "apt-get", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(BuildError, match=r"Chromium not found, .* run `sudo apt-get install -y chromium driver` once"):
        apt.install(["chromium", "driver"], "Chromium not found")


def test_as_root_apt_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "apt-get", f'echo "$DEBIAN_FRONTEND $@" >> {tmp_path}/calls')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    apt.install(["chromium"], "Chromium not found")
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["noninteractive update", "noninteractive install -y --no-install-recommends chromium"]


def test_a_browser_is_installed_from_debian_when_none_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = "\n".join(f"printf '#!/bin/sh' > {tmp_path}/{name}" for name in ("chromium", "chromedriver"))
    script(tmp_path / "apt-get", f"[ $1 = install ] || exit 0\n{installed}\n/bin/chmod +x {tmp_path}/chrom*")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert chromium.ensure(pins()) == tmp_path / "chromium"


def test_a_chosen_browser_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"\$CHROMIUM is .*/nothing, which does not exist"):
        chromium.find({"CHROMIUM": str(tmp_path / "nothing")})


def test_a_python_for_the_compiler_is_found_among_pyenvs_versions(tmp_path: Path) -> None:
    broken = script(tmp_path / "bin" / "python3.12", "exit 127")  # pyenv's shim of a version not selected
    real = script(tmp_path / "pyenv/versions/3.12.1/bin/python3.12", "echo 3.12")
    environment = {"PATH": str(broken.parent), "PYENV_ROOT": str(tmp_path / "pyenv")}
    assert bytecode.find_python("3.12", environment) == real


def test_without_that_python_the_build_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("PATH", ""), ("HOME", str(tmp_path)), ("PYENV_ROOT", str(tmp_path))):
        monkeypatch.setenv(name, value)
    assert bytecode.prepare("3.12") is None
    assert "no Python 3.12 here" in capfd.readouterr().out


def test_an_interrupted_installation_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[Path] = []
    monkeypatch.setattr(venv, "_works", lambda folder: True)
    monkeypatch.setattr(venv, "_pip_install", lambda folder, requirements: installed.append(folder))
    script(tmp_path / "bin" / "python", "exit 0")
    wanted = Requirements(("hatchling==1",), ())
    assert venv.ensure(tmp_path, "site", wanted, "python3") is True
    assert venv.ensure(tmp_path, "site", wanted, "python3") is False
    assert venv.ensure(tmp_path, "site", Requirements(("hatchling==2",), ()), "python3") is True
    (tmp_path / "installed-site").unlink()
    assert venv.ensure(tmp_path, "site", Requirements(("hatchling==2",), ()), "python3") is True
    assert len(installed) == 3


def test_pytorch_for_graphics_processors_is_refused_before_it_is_downloaded() -> None:
    def report(*names: str) -> str:
        return json.dumps({"install": [{"metadata": {"name": name}} for name in names]})

    venv.refuse_huge(report("torch", "sympy"))
    with pytest.raises(BuildError, match=r"2 packages like nvidia-cublas: .*download\.pytorch\.org/whl/cpu"):
        venv.refuse_huge(report("torch", "nvidia-cublas", "triton"))
