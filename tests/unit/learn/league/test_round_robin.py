"""Of every lane of a league its first match counts, however soon the next one ends."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.league.round_robin import League, league_layout
from drillsergeant.memory.access import WORD_BYTES

from tests.rigs.engines import program_of

NOBODY = [0.0] * 4
# Of four lanes: over, won, lost, call after call. The first is won at once and drawn next; the last is drawn.
CALLS = (
    ([1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], NOBODY),
    ([1.0, 1.0, 0.0, 0.0], NOBODY, [0.0, 1.0, 0.0, 0.0]),
    ([1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0], NOBODY),
)


class Told:
    """Matches that end as they are told to."""

    def __init__(self) -> None:
        self.calls = 0

    def set_opponent(self, weights_offset: int | None) -> None:
        self.calls = 0

    def collect(self, weights_offset: int, chunk_offset: int) -> None:
        self.calls += 1

    def ended_duels(self) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
        return CALLS[self.calls - 1]


def test_the_first_match_of_a_lane_counts_and_no_other() -> None:
    program = program_of("ball")
    layout = league_layout(program, matches=4)
    memory = NativeMemory(layout.total_bytes)
    league = League(program, memory.link(program.binary), layout, memory)
    league._collector = Told()  # type: ignore[assignment]
    policy = bytes(program.network.parameter_count * WORD_BYTES)
    (standings,) = league.play([policy, policy])
    # As either team two wins, a loss and a draw of the one at home.
    assert standings.games == [[0, 8], [8, 0]]
    assert standings.wins == [[0, 3], [3, 0]]
