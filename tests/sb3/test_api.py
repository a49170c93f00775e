"""What callers of `drillsergeant.gym.sb3` may count on, as `tests/build/test_api.py` has it of all else."""

from build.api.surface import module_section
from build.api.untold import untold_of
from build.api.written_down import differences, fresh

MODULE = "drillsergeant.gym.sb3"


def test_what_is_public_is_written_down_and_told_of() -> None:
    found = differences(MODULE, fresh(MODULE))
    assert found == "", f"\n{found}"
    assert untold_of(MODULE, module_section(MODULE).entries) == []
