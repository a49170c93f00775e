"""The distribution made from the built site works inside a browser that isolates it, and leaks there are seen."""

from typing import Any

from pytest_pyodide import run_in_pyodide


def test_the_page_is_cross_origin_isolated(selenium: Any) -> None:
    assert selenium.run_js("return crossOriginIsolated") is True
    assert selenium.run_js("return new SharedArrayBuffer(8).byteLength") == 8


@run_in_pyodide(packages=["numpy"])
def test_numpy_is_the_version_of_pyodides_own_lock(selenium: Any) -> None:
    import numpy as np

    assert np.__version__ == "2.0.2"
    assert (np.float32(1) + 0.5).dtype == np.float32, "Python floats must stay weak, as in NumPy 2 natively"


@run_in_pyodide(packages=["drillsergeant"])
def test_our_wheel_comes_through_the_lock_as_readable_source_with_its_types(selenium: Any) -> None:
    from pathlib import Path

    import drillsergeant

    assert drillsergeant.__file__.endswith("__init__.py")
    assert Path(drillsergeant.__file__).with_name("py.typed").is_file()


def test_a_kept_proxy_is_counted_until_it_is_destroyed(selenium: Any) -> None:
    before = selenium.get_num_proxies()
    selenium.run_js("self.kept = pyodide.runPython('[1]'); return null")
    assert selenium.get_num_proxies() == before + 1
    selenium.run_js("self.kept.destroy(); return null")
    assert selenium.get_num_proxies() == before
