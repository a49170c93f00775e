"""What a policy does in a match: where everybody and the ball were, for a picture and for a number or two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from drillsergeant.drills.contract import Player, Scene, team_of
from drillsergeant.learn.engine import ShowMatch
from drillsergeant.learn.program import DrillFacts

SEED = 20  # of the match that every policy is filmed in
LASTS_S = 20.0
FRAMES_PER_S = 5
JUMP_M = 1.5  # further than that from one frame to the next, a body was put there

Place = tuple[float, float]


@dataclass(frozen=True)
class Film:
    """The places of every body of the scene, by its name, m, FRAMES_PER_S in a second of match time."""

    places: Mapping[str, tuple[Place, ...]]

    def ways(self, body: str) -> list[list[Place]]:
        """The places of a body in pieces that it travelled, oldest first."""
        pieces: list[list[Place]] = []
        for place in self.places.get(body, ()):
            if not pieces or math.dist(place, pieces[-1][-1]) > JUMP_M:
                pieces.append([])
            pieces[-1].append(place)
        return pieces

    def all_ways(self) -> dict[str, list[list[Place]]]:
        """Those of every body, by its name."""
        return {body: self.ways(body) for body in self.places}

    def run_m(self, body: str) -> float:
        """How far a body went, m, for each second of the match."""
        way = math.fsum(math.dist(*step) for piece in self.ways(body) for step in pairwise(piece))
        return way * FRAMES_PER_S / max(len(self.places.get(body, ())), 1)

    def apart_m(self, body: str, other: str) -> float:
        """How far two bodies were from each other on average, m; 0 where one is none."""
        pairs = list(zip(self.places.get(body, ()), self.places.get(other, ()), strict=False))
        return math.fsum(math.dist(*pair) for pair in pairs) / len(pairs) if pairs else 0.0


def film(match: ShowMatch, drill: DrillFacts) -> Film:
    """A match from now on, of the policies it has; team 1 is the scripted player's."""
    bodies, every = drill.scene.bodies, max(drill.tick_hz // FRAMES_PER_S, 1)
    places: dict[str, list[Place]] = {body.name: [] for body in bodies}
    scripted = {player: Player.SCRIPTED for player in range(sum(drill.teams)) if team_of(drill.teams, player)}
    for tick in range(int(LASTS_S * drill.tick_hz) if bodies else 0):
        if tick % drill.action_repeat == 0:
            match.decide(scripted)
        match.tick()
        if (tick + 1) % drill.action_repeat == 0:
            match.finish()
        if tick % every == 0:
            state = match.state()
            for body in bodies:
                places[body.name].append((round(state[body.x], 3), round(state[body.y], 3)))
    return Film({name: tuple(each) for name, each in places.items()})


def seen_in(scene: Scene, found: Film) -> dict[str, float]:
    """What a film says in numbers: of the first player, metres a second, and how far it is from what is nobody's."""
    player = next((body.name for body in scene.bodies if body.player == 0), "")
    thing = next((body.name for body in scene.bodies if body.player is None), "")
    told = {"speed_m_s": found.run_m(player)} if player else {}
    return told | ({f"{thing}_away_m": found.apart_m(player, thing)} if player and thing else {})
