"""The check in conftest.py counts what it says: a proxy left alive shows, a destroyed one does not."""

from typing import Any


def test_a_kept_proxy_is_counted_until_it_is_destroyed(selenium: Any) -> None:
    before = selenium.get_num_proxies()
    selenium.run_js("self.kept = pyodide.runPython('[1]'); return null")
    assert selenium.get_num_proxies() == before + 1
    selenium.run_js("self.kept.destroy(); return null")
    assert selenium.get_num_proxies() == before
