"""Pictures of matches as arrays: what lies where in which colour, and shapes that cover as much as they should."""

import math

import numpy as np
import pytest
from drillsergeant.drawing.colours import LIGHT
from drillsergeant.elementary import Array
from drillsergeant.gym import DrillEnv, DrillParallelEnv, DrillVectorEnv
from drillsergeant.pictures.raster import Raster

FULL = [np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) for colour in LIGHT.teams]


def share_of(raster: Raster) -> np.ndarray:
    """White on black: how much of each pixel is covered."""
    return raster.pixels()[..., 0].astype(float) / 255


@pytest.mark.parametrize("middle", [(20.0, 20.0), (20.3, 19.8)])
def test_shapes_cover_their_area_and_nothing_beside_it(middle: tuple[float, float]) -> None:
    x, y = middle
    square = [(x + 10 * u, y + 10 * v) for u, v in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    areas = {"disc": math.pi * 81, "polygon": 200.0, "ring": 2 * math.pi * 9 * 3, "line": 16 * 4 + math.pi * 4}
    for name, area in areas.items():
        raster = Raster(40, 40)
        if name == "polygon":
            raster.polygon(square, "#ffffff", "", 0.0)
        elif name == "line":
            raster.line([(x - 8, y), (x, y), (x + 8, y)], "#ffffff", 4.0)
        else:
            raster.disc(x, y, 9.0, "#ffffff" if name == "disc" else "", "#ffffff" if name == "ring" else "", 3.0)
        cover = share_of(raster)
        assert cover.sum() == pytest.approx(area, rel=0.02), name
        rows, columns = np.indices(cover.shape) + 0.5
        heart = (cover * rows).sum() / cover.sum(), (cover * columns).sum() / cover.sum()
        assert heart == pytest.approx((y, x), abs=0.1), name


def test_a_hollow_outline_is_hollow_and_what_reaches_over_the_edge_is_cut() -> None:
    raster = Raster(30, 20)
    hook = [(2.0, 2.0), (28.0, 2.0), (28.0, 18.0), (20.0, 18.0), (20.0, 8.0), (2.0, 8.0)]
    raster.polygon(hook, "#ffffff", "", 0.0)
    assert share_of(raster)[5, 5] == share_of(raster)[15, 24] == 1.0
    assert share_of(raster)[15, 10] == 0.0
    for far in (-30.0, 0.0, 60.0):
        raster.disc(far, far, 12.0, "#ffffff", "#ffffff", 2.0)
        raster.rectangle(far, far, 5.0, 5.0, "#ffffff")
        raster.line([(far, far), (far + 9, far)], "#ffffff", 3.0)
    assert share_of(raster)[0, 0] == 1.0
    with pytest.raises(ValueError, match="draws no SVG paths, got 'M0 0h9z'"):
        raster.path("M0 0h9z", "#ffffff", "", 0.0)


def test_half_opacity_lets_half_through() -> None:
    raster = Raster(4, 4)
    raster.clear("#ffffff")
    raster.rectangle(0, 0, 2, 4, "rgba(0,0,0,0.5)")
    assert raster.pixels()[0].tolist() == [[128] * 3, [128] * 3, [255] * 3, [255] * 3]


def picture(env: DrillParallelEnv) -> Array:
    image = env.render()
    assert image is not None
    return image


def test_players_and_ball_lie_where_the_match_has_them_in_the_pages_colours() -> None:
    env = DrillParallelEnv("ball", render_mode="rgb_array")
    env.reset(seed=4)
    before = picture(env)
    for _ in range(12):
        env.step({"player_0": [2, 0, 0], "player_1": [2, 0, 0]})
    image = picture(env)
    assert image.dtype == np.uint8 and (image != before).any()
    scene, (height, width, _) = env.drill.scene, image.shape
    scale = width / 2 / (scene.half_length_m + scene.goal_depth_m + 0.45)
    for body in scene.bodies:
        x, y = (float(env._batch.state[name][0]) for name in (body.x, body.y))
        pixel = image[round(height / 2 - y * scale), round(width / 2 + x * scale)].astype(int)
        wanted = np.array([255, 255, 255]) if body.team is None else FULL[body.team]
        np.testing.assert_allclose(pixel, wanted, atol=1, err_msg=body.name)
    assert image[0, 0].tolist() == [int(LIGHT.surround[at : at + 2], 16) for at in (1, 3, 5)]


def test_every_adapter_draws_when_asked_and_nothing_when_not() -> None:
    env = DrillVectorEnv(3, "chase", render_mode="rgb_array")
    env.reset(seed=1)
    images = env.render()
    assert images is not None and len(images) == 3 and all(image.shape == (640, 640, 3) for image in images)
    assert (images[0] != images[1]).any(), "two matches, two pictures"
    assert env.metadata["render_fps"] == 15
    for silent in (DrillEnv("chase"), DrillParallelEnv("chase"), DrillVectorEnv(2, "chase")):
        silent.reset(seed=1)
        assert silent.render() is None
