"""Squad Drill: Ball Drill's match on a larger field, three against three or two against two.

Read in this order: `ball.match` (what happens in a tick), `rules` (the numbers), `observation` (what a player sees and
earns), `scripted` (the hand-written opponents).
"""

from dataclasses import dataclass

from drillsergeant.drills.contract import State, Words
from drillsergeant.drills.squad import observation, scripted
from drillsergeant.drills.squad.rules import SquadRules
from drillsergeant.elementary import Array

COUNTED = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True)
class SquadDrill(SquadRules):
    """The drill of the contract, for teams of any size: `SquadDrill(teams=(3, 2))`."""

    name: str = "squad"

    @property
    def words(self) -> Words:
        """What the page says of it."""
        orange, blue = (COUNTED.get(count, str(count)) for count in self.teams)
        return Words(
            title=f"Squad Drill, {orange} against {blue}",
            sentence=f"{orange.capitalize()} against {blue}: squares learn to play soccer together.",
            counts=("Orange", "Blue"),
            win="goals",
            picture=f"A soccer field seen from above: {orange} orange and {blue} blue squares play one ball.",
            keys="You are the ringed orange one, attacking right. WASD or arrows move, Q and E turn, Space dashes.",
            shout=("Goal!", "Goal!"),
        )

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of the OBS entries, see `observation`."""
        return observation.names(self)

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


@dataclass(frozen=True)
class SquadPairDrill(SquadDrill):
    """Two against two, on a smaller field."""

    name: str = "squad-pair"
    teams: tuple[int, ...] = (2, 2)
    half_length_m: float = 7.5
    half_width_m: float = 5.0
    corner_m: float = 1.7
