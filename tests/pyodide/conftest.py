"""What tests inside Pyodide share: an isolated server, browser flags, and a check for leaked proxies on every test.

Run by `python -m build.suite pyodide`, which hands over the distribution folder made from the built site.
"""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_pyodide import get_global_config
from pytest_pyodide.server import DefaultHandler

from build.serve import serving
from build.site_parts.headers import ISOLATION

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
# Pyodide keeps a few proxies for good from the first time a package is loaded and code is run; done here, so that the
# check below does not lay them at the door of whichever test comes first.
WARM_UP = """
await pyodide.loadPackage(["numpy", "tblib"]);
await pyodide.loadPackagesFromImports("");
await pyodide.runPythonAsync("");
"""
CONFIG = get_global_config()
CONFIG.set_flags("chrome", [*CONFIG.get_flags("chrome"), *FLAGS])
CONFIG.set_initialize_script(WARM_UP)


@pytest.fixture(scope="session")
def web_server_main(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Our own server in place of the plugin's, which has one thread and sends no isolation headers.

    The Content-Security-Policy is left out: the plugin's runner evaluates strings in the page.
    """
    folder = Path(request.config.option.dist_dir)
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(with_templates(folder, tmp_path_factory.mktemp("dist")), ISOLATION) as server:
        yield "localhost", server.server_port, log


def with_templates(folder: Path, target: Path) -> Path:
    """A folder of links to the distribution's files, with the plugin's own pages beside them."""
    for file in folder.iterdir():
        (target / file.name).symlink_to(file)
    for path, content in DefaultHandler.default_templates.items():
        (target / path.lstrip("/")).write_bytes(content)
    return target


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that leaves a proxy of a Python object alive, or holds on to more JavaScript objects than before.

    `skip_refcount_check` lets a test import modules that keep JavaScript objects for good; proxies always count.
    """
    browser = next((value for name, value in funcargs(item).items() if name.startswith("selenium")), None)
    if browser is None or not browser.pyodide_loaded:
        return (yield)
    browser.enable_pyproxy_tracing()
    proxies, references = browser.get_num_proxies(), browser.get_num_hiwire_keys()
    try:
        result = yield
        leaked_proxies = browser.get_num_proxies() - proxies
        leaked_references = browser.get_num_hiwire_keys() - references
    finally:
        browser.disable_pyproxy_tracing()
    assert leaked_proxies <= 0, f"{leaked_proxies} Python proxies were never destroyed, expected 0: destroy() each"
    if item.get_closest_marker("skip_refcount_check") is None:
        assert leaked_references <= 0, f"{leaked_references} JavaScript references are still held, expected 0"
    return result


def funcargs(item: pytest.Item) -> Mapping[str, Any]:
    """The fixtures a test was given."""
    return getattr(item, "funcargs", {})
