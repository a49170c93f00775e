"""Two fields with a player and a ball, and where those stand."""

from __future__ import annotations

from drillsergeant.drills.contract import Body, Scene

PLAYER = Body("box", "player0", "px", "py", 0.5, 0, 0, heading=("hx", "hy"), velocity=("pvx", "pvy"))
BALL = Body("disc", "ball", "bx", "by", 0.3, velocity=("bvx", "bvy"))
SCENE = Scene(6.0, 4.0, 1.3, 0.9, (PLAYER, BALL), corner_m=1.4)
BARE = Scene(3.0, 3.0, 0.0, 0.0, (BALL,))
STATE = {
    "px": -2.0,
    "py": 1.0,
    "hx": 0.0,
    "hy": 1.0,
    "pvx": 0.0,
    "pvy": 0.0,
    "bx": 3.0,
    "by": -2.0,
    "bvx": 0.0,
    "bvy": 0.0,
}
