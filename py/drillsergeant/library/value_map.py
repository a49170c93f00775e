"""What a policy would expect if something were elsewhere on the field: the page's value map, natively."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from drillsergeant import drills
from drillsergeant.drawing.grips import Grip
from drillsergeant.drawing.maps.cells import cells_of, things_of
from drillsergeant.drawing.maps.compass import Compass
from drillsergeant.drawing.maps.mosaic import MapPicture
from drillsergeant.drawing.poster import map_poster
from drillsergeant.drills.contract import Drill, Scene, team_of
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.linear import ORDERED
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.reference.show_match import SoloMatch
from drillsergeant.library.policy import Policy


@dataclass(frozen=True)
class ValueMap:
    """What `value_map` returns. Rows are from above, columns from the left; a notebook shows the picture.

    `x_m` f32 [COLUMNS] and `y_m` f32 [ROWS] are the cells' middles, m; `values` f32 [ROWS][COLUMNS] the reward expected
    from there on, discounted, in the unit of the drill's rewards; `arrows` f32 [ROWS][COLUMNS][2] where the policy
    would go on average (x to the right, y upwards, at most 1 long). Outside the field both are NaN. `player` is who was
    asked, `thing` what was moved about, `state` the match that was asked about, field -> value, `svg` the picture.
    """

    player: int
    thing: str
    x_m: Array
    y_m: Array
    values: Array
    arrows: Array
    state: Mapping[str, float]
    svg: str

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        low, high = np.nanmin(self.values), np.nanmax(self.values)
        return (
            f"<ValueMap of player {self.player} by {self.thing}: {columns} x {rows} cells, {low:+.2f} to {high:+.2f}>"
        )

    def _repr_svg_(self) -> str:
        return self.svg


def value_map(
    policy: Policy,
    state: Mapping[str, object] | None = None,
    *,
    player: int = 0,
    thing: str = "",
    drill: Drill | str | None = None,
    seed: int = 1,
) -> ValueMap:
    """Ask `policy` what `player` would expect, and where it would go, with `thing` at rest in each cell of a grid.

    `state`: a match of the drill, field -> its value or an array of which the first counts; without, the start of the
    match of `seed`. `thing`: what is put elsewhere, by its name in `drill.scene`; without, the first that is no player,
    or else the first. `drill`: the policy's where it is left out. Raises ValueError for a player, a thing or a state
    there is not, and for a drill in which nothing can be put elsewhere; TypeError for what is no policy.
    """
    if not isinstance(policy, Policy):
        raise TypeError(f"policy is {policy!r:.40}; give a Policy, such as Policy.load(path)")
    schema = policy.content.schema
    drill = drills.resolve(schema.drill if drill is None else drill)
    if not 0 <= player < sum(drill.teams):
        raise ValueError(f"player is {player}, {drill.name} has the players 0 to {sum(drill.teams) - 1}")
    # In the order of the kernels: the page has the same numbers, to the bit.
    network = Network.for_heads(len(schema.observation), schema.heads, schema.hidden, ORDERED)
    match = SoloMatch(drill, network, seed)
    match.use(np.frombuffer(policy.content.state.arrays["parameters"], np.float32), team_of(drill.teams, player))
    asked = match.state() if state is None else _state(drill, state)
    grip = _named(drill.scene, thing, drill.name)
    cells, compass = cells_of(drill.scene), Compass(drill.heads, drill.from_keys, player)
    changes = [cells.changes(row, grip) for row in range(cells.rows)]
    left = iter(match.suppose(player, asked, [change for row in changes for change in row]))
    answers = [[next(left) for _ in row] for row in changes]
    rows = [cells.answered(row, own, compass) for row, own in enumerate(answers)]
    values = np.array([row.values for row in rows], np.float32)
    nowhere = (np.nan, np.nan)
    arrows = [[nowhere if arrow is None else arrow for arrow in row.arrows] for row in rows]
    picture = MapPicture(cells, float(np.nanmin(values)), float(np.nanmax(values)), arrows=compass.points)
    picture.rows = rows
    return ValueMap(
        player,
        grip.name,
        np.array([cells.middle(0, column)[0] for column in range(cells.columns)], np.float32),
        np.array([cells.middle(row, 0)[1] for row in range(cells.rows)], np.float32),
        values,
        np.array(arrows, np.float32),
        asked,
        map_poster(drill.scene, asked, picture, f"What player {player} expects if the {grip.name} were there"),
    )


def _state(drill: Drill, state: Mapping[str, object]) -> dict[str, float]:
    """A state of one match as numbers."""
    if set(state) != set(drill.fields):
        odd = ", ".join(sorted(set(state) ^ set(drill.fields)))
        raise ValueError(
            f"the state is none of {drill.name}: it lacks or has too much of {odd}; give all of its fields"
        )
    return {name: float(np.asarray(state[name], np.float64).reshape(-1)[0]) for name in drill.fields}


def _named(scene: Scene, thing: str, name: str) -> Grip:
    """What is to be put elsewhere."""
    things = things_of(scene)
    if not things:
        raise ValueError(f"nothing in {name} can be put elsewhere, so it has no map: give its scene a Body")
    if not thing:
        return next((grip for grip in things if grip.player is None), things[0])
    for grip in things:
        if grip.name == thing:
            return grip
    raise ValueError(f"thing is {thing!r}, in {name} there are {', '.join(grip.name for grip in things)}")
