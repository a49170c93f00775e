"""WebGPU draws what Canvas 2D draws, leaves nothing behind, and is replaced within a frame when its device is lost.

The device is the browser's software one. Pictures are read back from a texture: a WebGPU canvas may be blank, and may
take the device with it, in a headless browser.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from drillsergeant.elementary import Array
from playwright.sync_api import Browser, Page, Worker

from tests.rigs.graphics.at_length import cases
from tests.rigs.pages.visitor import Visitor

WIDTH, HEIGHT = 735, 445
SCALE = min(WIDTH / 14.7, HEIGHT / 8.9)  # pixels per metre of the match with its goals and margin
# Where a mistake would hide in the whole picture: x, y and half an edge in m.
PATCHES = {"orange": (-2.0, 1.0, 0.6), "ball": (0.6, 0.8, 0.45), "corner": (5.3, 3.3, 1.0), "goal": (-6.5, 1.5, 0.8),
           "middle": (0.0, 0.0, 0.4)}  # fmt: skip
PREPARE = """async () => {
  const { loadPyodide } = await import("/pyodide/pyodide-loader.js");
  globalThis.pyodide = await loadPyodide({ indexURL: "/pyodide/" });
  await pyodide.loadPackage(["drillsergeant"]);
}"""
SCRIPT = """
import asyncio, base64, json
import js
from drillsergeant.browser.graphics.canvas2d import Canvas2D
from drillsergeant.browser.graphics.gpu_canvas import open_gpu_canvas
from drillsergeant.learn.program import Program
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.factory import draw_factory
from drillsergeant.drawing.picture import factory_picture, match_picture

async def text_of(path):
    return await (await js.fetch(path)).text()

scene = Program.from_json(await text_of("/programs/ball.json")).drill.scene
shader = await text_of("/shaders/match.wgsl")
bodies = {"player0": (-2.0, 1.0), "player1": (2.2, -1.3), "ball": (0.6, 0.8)}
state = {f"{name}_{axis}": place[i] for name, place in bodies.items() for i, axis in enumerate("xy")}
state |= {f"{name}_v{axis}": 0.0 for name in bodies for axis in "xy"}
state |= {"player0_hx": 0.8, "player0_hy": 0.6, "player1_hx": -0.6, "player1_hy": 0.8, "player1_vx": -7.0}
trail = [(0.6 - 0.12 * i, 0.8 - 0.01 * i * i) for i in range(13, -1, -1)]

def canvas_of(width, height):
    return Canvas2D(js.OffscreenCanvas.new(width, height))

def pixels(canvas):
    image = canvas._context.getImageData(0, 0, canvas.width_px, canvas.height_px)
    return base64.b64encode(image.data.to_bytes()).decode()

async def painted(painter, picture):
    assert painter.paint(picture)
    await painter._surface._travelling
    assert not painter._lost.done(), painter._lost.result()
"""
MATCH = """
sights = [(state, Look({dark}, trail, {flash}, 0, {chosen})), ({{**state, "ball_x": -2.0}}, Look({dark}, waiting=True))]
sights = sights[:{matches}]
flat, deep = canvas_of({width}, {height}), canvas_of({width}, {height})
draw(flat, scene, sights)
painter = await open_gpu_canvas(deep, shader, software_too=True)
await painted(painter, match_picture(scene, {width}, {height}, sights))
painter.close()
json.dumps([pixels(flat), pixels(deep)])
"""
FACTORY = """
matches = [{{**state, "ball_x": 0.1 * i - 3}} for i in range(63)] + [dict.fromkeys(state, 0.0)]
flat, deep = canvas_of({width}, {height}), canvas_of({width}, {height})
draw_factory(flat, scene, matches, {dark})
painter = await open_gpu_canvas(deep, shader, software_too=True)
await painted(painter, factory_picture(scene, {width}, {height}, matches, {dark}))
painter.close()
json.dumps([pixels(flat), pixels(deep)])
"""
RING = 'ring = Program.from_json(await text_of("/programs/sumo.json")).drill.scene\n'
SHAPES = """
from drillsergeant.drills.contract import Scene
from drillsergeant.drills.grounds import sheet
from drillsergeant.drills.shapes import Capsule, Circle, Line, Linear, Polygon, Rectangle, Text
x, angle = Linear("ball_x"), Linear("player0_hx")
drawn = Scene(6.0, 4.0, ground=sheet(6.0, 4.0).floor, background="paper", shapes=(
    Rectangle(x, -2.0, 1.5, 0.8, angle, colour="team0", edge="edge", player=0),
    Circle(-3.0, 1.0, 0.8, colour="team1", edge="ink", edge_m=0.2, opacity=0.5),
    Capsule(x, -2.0, 0.2, angle, 2.0, colour="#b9783f #d9a066", edge="edge"),
    Polygon(((0.0, 0.0), (2.0, 0.5), (0.5, 0.8), (0.5, 2.0)), 2.0, 1.0, angle, colour="nobody", edge="line"),
    Line(((-5.0, -3.5), (5.0, -3.5), (5.0, 3.0)), 0.1, colour="ink"),
    Line(((-5.0, -3.0), (4.0, -3.0), (4.0, 2.0)), 0.3, colour="team1", opacity=0.4),
    Text(-1.0, 3.0, "SPEED {{}} M/S", 0.5, value=x, digits=2, colour="ink")))
"""
FRAMES = """
small = canvas_of(147, 89)
painter = await open_gpu_canvas(small, shader, software_too=True)
matches, look = [state] * 64, Look(False, trail, 0.5, 1)
async def frames(count):
    for _ in range(count):
        await painted(painter, match_picture(scene, 147, 89, [(state, look)] * 2))
        await painted(painter, factory_picture(scene, 147, 89, matches, False))
await frames(5)
before = js.held()
await frames({count})
after = js.held()
painter.close()
json.dumps([list(before), list(after)])
"""
COUNT_BUFFERS = """() => {
  let buffers = 0;
  const create = GPUDevice.prototype.createBuffer;
  GPUDevice.prototype.createBuffer = function (...given) { buffers += 1; return create.apply(this, given); };
  globalThis.held = () => [pyodide._module.hiwire.num_keys(), buffers];
}"""


@pytest.fixture(scope="module")
def bench(browser: Browser, address: str) -> Iterator[Page]:
    """A page with Python, our wheel and nothing else."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "build.json")
    page.evaluate(PREPARE)
    page.evaluate(COUNT_BUFFERS)
    run(page, SCRIPT + "None")
    yield page
    context.close()


def run(page: Page, code: str) -> Any:
    """The value of Python in the page."""
    return page.evaluate("(code) => pyodide.runPythonAsync(code)", code)


def pictures(page: Page, code: str, width: int = WIDTH, height: int = HEIGHT, **values: object) -> tuple[Array, Array]:
    """What Canvas 2D and WebGPU made of the same state: int [height][width][3]."""
    flat, deep = (
        np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[..., :3].astype(np.int32)
        for text in json.loads(run(page, code.format(width=width, height=height, **values)))
    )
    return flat, deep


def share_apart(flat: Array, deep: Array, by: int) -> float:
    """The share of pixels whose colours differ by more than `by` of 255 in some channel."""
    return float((np.abs(flat - deep).max(axis=-1) > by).mean())


def patch(image: Array, x_m: float, y_m: float, half_m: float) -> Array:
    """The square of the match's picture around a place."""
    (left, right), (top, bottom) = (
        [round(middle + sign * SCALE * half_m) for sign in (-1, 1)]
        for middle in (WIDTH / 2 + x_m * SCALE, HEIGHT / 2 - y_m * SCALE)
    )
    return image[top:bottom, left:right]


@pytest.mark.parametrize(("dark", "flash"), cases([(False, 0.6), (True, 0.0)], [(False, 0.0), (True, 0.6)]))
def test_the_match_looks_the_same_both_ways(bench: Page, dark: bool, flash: float) -> None:
    flat, deep = pictures(bench, MATCH, dark=dark, flash=flash, chosen=1, matches=1)
    assert np.unique(flat.reshape(-1, 3), axis=0).shape[0] > 20  # a picture, not a blank
    assert share_apart(flat, deep, 4) < 0.03  # edges, and the glow, which is softer
    assert share_apart(flat, deep, 40) < 0.01
    for name, (x_m, y_m, half_m) in PATCHES.items():
        one, two = (patch(image, x_m, y_m, half_m) for image in (flat, deep))
        assert np.abs(one - two).mean() < 1.6, name
    places = {"surround": (-7.2, 4.3), "stripe": (-4.2, -2.0), "next stripe": (-3.0, -2.0), "recess": (6.5, 0.3),
              "orange": (-2.0, 1.0), "blue": (2.2, -1.3), "ball": (0.6, 0.8), "centre spot": (0.0, 0.0)}  # fmt: skip
    for name, (x_m, y_m) in places.items():
        column, row = round(WIDTH / 2 + x_m * SCALE - 0.5), round(HEIGHT / 2 - y_m * SCALE - 0.5)
        assert np.abs(flat[row, column] - deep[row, column]).max() <= 3, name


@pytest.mark.parametrize("size", cases([(360, 220), (301, 907)], [(1470, 890)]))
def test_other_sizes_lie_the_same_way(bench: Page, size: tuple[int, int]) -> None:
    flat, deep = pictures(bench, MATCH, *size, dark=False, flash=0.0, chosen=None, matches=1)
    assert share_apart(flat, deep, 40) < 0.02


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (301, 907)])
def test_two_matches_look_the_same_both_ways(bench: Page, size: tuple[int, int]) -> None:
    flat, deep = pictures(bench, MATCH, *size, dark=True, flash=0.3, chosen=0, matches=2)
    assert share_apart(flat, deep, 4) < 0.05
    assert share_apart(flat, deep, 40) < 0.015
    assert np.abs(flat.mean(axis=(0, 1)) - deep.mean(axis=(0, 1))).max() < 1.5


@pytest.mark.parametrize("dark", [False, True])
def test_the_factory_looks_the_same_both_ways(bench: Page, dark: bool) -> None:
    flat, deep = pictures(bench, FACTORY, dark=dark)
    assert share_apart(flat, deep, 4) < 0.25  # at eight pixels a metre much is edge
    assert share_apart(flat, deep, 60) < 0.02
    assert np.abs(flat.mean(axis=(0, 1)) - deep.mean(axis=(0, 1))).max() < 2.0


@pytest.mark.parametrize("flash", cases([0.6], [0.0]))
def test_a_round_field_looks_the_same_both_ways(bench: Page, flash: float) -> None:
    code = RING + MATCH.replace("scene", "ring")
    flat, deep = pictures(bench, code, dark=False, flash=flash, chosen=None, matches=1)
    assert np.unique(flat.reshape(-1, 3), axis=0).shape[0] > 20
    assert share_apart(flat, deep, 4) < 0.04
    assert share_apart(flat, deep, 40) < 0.015
    flat, deep = pictures(bench, RING + FACTORY.replace("scene", "ring"), dark=True)
    assert share_apart(flat, deep, 60) < 0.03
    assert np.abs(flat.mean(axis=(0, 1)) - deep.mean(axis=(0, 1))).max() < 2.0


def test_shapes_of_every_kind_look_the_same_both_ways(bench: Page) -> None:
    flat, deep = pictures(bench, SHAPES + MATCH.replace("scene", "drawn"), dark=True, flash=0.4, chosen=0, matches=2)
    assert np.unique(flat.reshape(-1, 3), axis=0).shape[0] > 20
    assert share_apart(flat, deep, 4) < 0.03
    assert share_apart(flat, deep, 40) < 0.01
    flat, deep = pictures(bench, SHAPES + FACTORY.replace("scene", "drawn"), dark=False)
    assert share_apart(flat, deep, 60) < 0.02
    assert np.abs(flat.mean(axis=(0, 1)) - deep.mean(axis=(0, 1))).max() < 1.5


def test_frames_leave_no_proxy_and_no_buffer_behind(bench: Page) -> None:
    before, after = json.loads(run(bench, FRAMES.format(count=25)))
    assert after[0] <= before[0] + 2
    assert after[1] == before[1]


def test_a_lost_device_costs_the_match_nothing_and_another_one_is_taken(visitor: Visitor) -> None:
    def spy(worker: Worker) -> None:
        if "workers/show.js" in worker.url:
            worker.evaluate(
                """() => { const ask = GPUAdapter.prototype.requestDevice; self.devices = [];
                GPUAdapter.prototype.requestDevice = async function (...given) {
                  const device = await ask.apply(this, given); self.devices.push(device); return device; }; }"""
            )

    visitor.page.on("worker", spy)
    visitor.page.set_viewport_size({"width": 640, "height": 480})  # a program draws every pixel
    visitor.open("?renderer=webgpu&workers=1")
    visitor.until("WebGPU draws", lambda: visitor.show("renderer") == "webgpu")
    visitor.page.wait_for_timeout(2500)  # a device lost at once would be given up
    clock_s = visitor.show("clock_s")
    visitor.worker("show").evaluate("devices.at(-1).destroy()")
    visitor.until("another device draws", lambda: visitor.worker("show").evaluate("devices.length") == 2)
    visitor.until("the page says so", lambda: visitor.show("renderer") == "webgpu")
    visitor.until("the match went on", lambda: visitor.show("clock_s") > clock_s + 1)
    assert visitor.told()["show_restarts"] == 0
    assert visitor.told()["errors"] == []
