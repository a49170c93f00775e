"""What callers of the modules that need PyTorch may count on, as `tests/build/test_api.py` has it of all else."""

import pytest

from build.api.surface import module_section
from build.api.untold import untold_of
from build.api.written_down import differences, fresh


@pytest.mark.parametrize("module", ["drillsergeant.gym.sb3", "drillsergeant.gym.pytorch"])
def test_what_is_public_is_written_down_and_told_of(module: str) -> None:
    found = differences(module, fresh(module))
    assert found == "", f"\n{found}"
    assert untold_of(module, module_section(module).entries) == []
