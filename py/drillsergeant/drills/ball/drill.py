"""Ball Drill: two rotating squares, one ball, two goals.

Read in this order: `boxes.players`, `rules` (the numbers), `match` (state fields, actions, what happens in a tick),
`contacts` (how bodies meet), `observation` (what a player sees and earns), `scripted` (the hand-written opponent).
"""

from dataclasses import dataclass

from drillsergeant.drills.ball import observation, scripted
from drillsergeant.drills.ball.match import BallMatch
from drillsergeant.drills.contract import State, Words
from drillsergeant.elementary import Array


@dataclass(frozen=True)
class BallDrill(BallMatch):
    """The drill of the contract, for whatever rules it is made with: `BallDrill(dash_speed=9.0)`."""

    name: str = "ball"

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Ball Drill",
            sentence="Two squares learn to play soccer while you watch.",
            counts=("Orange", "Blue"),
            win="goals",
            picture="A soccer field seen from above: an orange and a blue square chase a ball.",
            keys="You are orange, attacking right. WASD or arrows move, Q and E turn, Space dashes.",
            shout=("Goal!", "Goal!"),
        )

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of the OBS entries, see `observation`."""
        return observation.OBSERVATION

    @property
    def reward_terms(self) -> tuple[str, ...]:
        """Names of the reward terms, see `observation`."""
        return observation.REWARD_TERMS

    def observe(self, state: State, player: int) -> list[Array]:
        """The OBS entries f32 [N] as `player` sees them."""
        return observation.observe(self, state, player)

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """The terms goal, ball_to_goal and to_ball, f32 [N] each, earned by `player` between two states."""
        return observation.reward(self, before, after, player)

    def scripted(self, state: State, player: int) -> list[Array]:
        """The action, i32 [N] a head, of the hand-written player."""
        return scripted.action(self, state, player)
