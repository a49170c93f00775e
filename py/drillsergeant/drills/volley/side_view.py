"""What is seen of Volley Drill: the court from the side, two half discs with an eye on the ball, and their lives."""

import math

from drillsergeant.drills.contract import Scene, Shape
from drillsergeant.drills.grounds import sheet
from drillsergeant.drills.shapes import Capsule, Circle, Linear, Polygon, Rectangle, Text
from drillsergeant.drills.volley.court import CourtRules

SEEN_M = 21.0  # height of the picture: the fastest serve stays below
SAND, NET = "#ead9ae #4a412c", "#8b95a1 #77828e"
ARC = 16  # sides of half a disc
# Of a player's radius: where its eye is, how far to the net and up, the sizes of eye and pupil.
EYE_AT, EYE, PUPIL = (0.3, 0.52), 0.3, 0.12
GLANCE = (0.004, 0.008)  # how far a pupil follows the ball, for every m that it is away: it stays inside of the eye
LIVES_M = 1.6  # height of the figures


def court_from_the_side(rules: CourtRules) -> Scene:
    """The scene; its middle is half of `SEEN_M` above the bottom of the floor."""
    middle, length = SEEN_M / 2.0, rules.half_length_m
    net = Capsule(0.0, rules.floor_m - middle, rules.net_half_m, to=(0.0, rules.net_m - middle), colour=NET, name="net")
    sand = Rectangle(0.0, rules.floor_m / 2.0 - middle, 2.0 * length, rules.floor_m, colour=SAND)
    shapes: list[Shape] = [net, sand]
    for player, side in enumerate((-1.0, 1.0)):
        shapes += [
            Text(side * length / 2.0, middle - 2.0, "{}", LIVES_M, Linear(f"lives{player}"), colour=f"team{player}"),
            *_slime(rules, player, side, middle),
        ]
    up = Linear("ball_y", 1.0, -middle)
    ball = Circle(Linear("ball_x"), up, rules.ball_m, colour="ball", edge="edge", edge_m=0.1, drag=True, name="ball")
    return Scene(length, middle, ground=sheet(length, middle).floor, shapes=(*shapes, ball), background="paper")


def _slime(rules: CourtRules, player: int, side: float, middle: float) -> tuple[Shape, ...]:
    """A player: half a disc, its eye, and a pupil that follows the ball."""
    size, me = rules.slime_m, f"player{player}"
    outline = tuple(
        (size * math.cos(corner * math.pi / ARC), size * math.sin(corner * math.pi / ARC)) for corner in range(ARC + 1)
    )
    ahead, above = -side * EYE_AT[0] * size, EYE_AT[1] * size - middle
    towards_x, towards_y = GLANCE
    gaze_x = Linear(f"{me}_x", 1.0 - towards_x, ahead, Linear("ball_x", towards_x))
    gaze_y = Linear(f"{me}_y", 1.0 - towards_y, above, Linear("ball_y", towards_y))
    x, y = Linear(f"{me}_x"), Linear(f"{me}_y", 1.0, -middle)
    eye_x, eye_y = Linear(f"{me}_x", 1.0, ahead), Linear(f"{me}_y", 1.0, above)
    body = Polygon(
        outline, x, y, colour=f"team{player}", edge="edge", edge_m=0.12, player=player, name=("orange", "blue")[player]
    )
    eye = Circle(eye_x, eye_y, EYE * size, colour="eye", detail=True)
    return (body, eye, Circle(gaze_x, gaze_y, PUPIL * size, colour="pupil", detail=True))
