"""The wheel as anyone would use it: installed with micropip, imported, and bit for bit what it is natively."""

from pathlib import Path
from typing import Any

import pytest
from pytest_pyodide import run_in_pyodide


def wheel_name(request: pytest.FixtureRequest) -> str:
    (wheel,) = Path(request.config.option.dist_dir).glob("drillsergeant-*.whl")
    return wheel.name


@run_in_pyodide(packages=["micropip"])
async def install(selenium: Any, address: str) -> str:
    import micropip

    await micropip.install(address)
    import drillsergeant

    return drillsergeant.__file__


@pytest.mark.driver_timeout(90)
@pytest.mark.skip_refcount_check  # micropip itself keeps JavaScript's functions it imports
def test_micropip_installs_the_wheel(selenium_standalone: Any, request: pytest.FixtureRequest) -> None:
    address = f"{selenium_standalone.base_url}/{wheel_name(request)}"
    assert install(selenium_standalone, address).endswith("drillsergeant/__init__.py")
