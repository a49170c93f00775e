"""What `render_mode="human"` shows, in a terminal and nowhere, and pictures as files."""

import os
import pty
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import drillsergeant
import numpy as np
import pytest
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.gym import DrillEnv, DrillParallelEnv
from drillsergeant.gym.screen import half_blocks
from drillsergeant.pictures.image_files import gif, png

COLOUR = re.compile(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m")
PROGRAM = """
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.gym import DrillEnv
env = DrillEnv(ChaseDrill(tick_hz=600), render_mode="human")
env.reset(seed=1)
for _ in range(3):
    env.step(1)
env.close()
"""


def test_a_picture_is_coloured_half_blocks_as_large_as_there_is_room() -> None:
    image = np.zeros((40, 80, 3), np.uint8)
    image[:20, :, 0], image[20:, :40, 1] = 200, 100
    lines = half_blocks(image, 20, 100).split("\n")
    assert [line.count("▀") for line in lines] == [20] * 5, "ten pixels high, two to a character"
    assert [COLOUR.findall(line) for line in lines[:2]] == [[("200", "0", "0") * 2]] * 2
    assert COLOUR.findall(lines[2]) == [("200", "0", "0", "0", "100", "0"), ("200", "0", "0", "0", "0", "0")]
    assert COLOUR.findall(lines[4]) == [("0", "100", "0") * 2, ("0", "0", "0") * 2]


def test_a_terminal_shows_the_match_at_every_step() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(drillsergeant.__file__).parents[1]), "COLUMNS": "30"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        environment.pop(name, None)
    program = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # as Linux says that nobody writes any more
        pass
    os.close(ours)
    assert program.wait() == 0, said.decode()
    assert said.count(b"\x1b[H") == 4 and said.count("▀".encode()) > 4 * 100


def test_where_nobody_can_look_this_is_said_and_the_match_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    env = DrillEnv(ChaseDrill(), render_mode="human")
    with pytest.warns(UserWarning, match=r'pip install "drillsergeant\[window\]"\) and no terminal: nothing is drawn'):
        env.reset(seed=1)
    assert env.render() is None
    env.close()
    env.close()
    both = DrillParallelEnv(ChaseDrill(), render_mode="human")
    with pytest.warns(UserWarning, match="nothing is drawn"):
        both.reset(seed=1)
    assert both.render() is None
    both.close()


def test_a_png_holds_the_picture() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    content = png(image)
    assert struct.unpack(">II", content[16:24]) == (7, 5)
    at = content.index(b"IDAT")
    size = struct.unpack(">I", content[at - 4 : at])[0]
    rows = np.frombuffer(zlib.decompress(content[at + 4 : at + 4 + size]), np.uint8).reshape(5, 22)
    np.testing.assert_array_equal(rows[:, 1:].reshape(5, 7, 3), image)


@pytest.mark.parametrize("colours", [3, 200])
def test_a_gif_holds_the_pictures_one_after_the_other(colours: int) -> None:
    random = np.random.default_rng(1)
    palette = random.integers(0, 256, (colours, 3), np.uint8)
    first = palette[random.integers(0, colours, (70, 90))]
    second, fourth = first.copy(), first.copy()
    second[10:14, 20:50] = palette[0]
    fourth[:, 89] = palette[1]
    wanted = [first, second, second, fourth]
    delays, pictures = read_gif(gif(wanted, 15.0))
    assert delays == [7, 6, 7, 7], "hundredths of a second, 15 of them a second"
    np.testing.assert_array_equal(pictures, wanted)


def test_codes_grow_where_a_reader_lets_them_grow() -> None:
    """Where the last pixel comes just as codes get a bit longer, or just as there are no more of them."""
    palette = np.random.default_rng(2).integers(0, 256, (255, 3), np.uint8)
    for count in (1, 2, 254, 255, 256, 3838, 3839, 3840, 5000):
        image = palette[np.arange(count) * (97 + np.arange(count) // 255) % 255][None]
        np.testing.assert_array_equal(read_gif(gif([image], 15.0))[1], [image])


def test_a_gif_of_too_many_colours_has_those_nearest() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    image[..., 0], image[..., 1] = np.indices((40, 40)) * 6
    (found,) = read_gif(gif([image], 15.0))[1]
    assert np.abs(found.astype(int) - image).max() > 0
    assert np.abs(found.astype(int) - image).mean() < 60


def read_gif(content: bytes) -> tuple[list[int], list[np.ndarray]]:
    """Delays and pictures of a GIF whose pictures lie over each other."""
    width, height = struct.unpack("<HH", content[6:10])
    palette, at = np.frombuffer(content[13 : 13 + 768], np.uint8).reshape(256, 3), 13 + 768 + 19
    canvas, delays, pictures = np.zeros((height, width, 3), np.uint8), [], []
    while content[at] != 0x3B:
        delays.append(struct.unpack("<H", content[at + 4 : at + 6])[0])
        left, top, wide, high = struct.unpack("<HHHH", content[at + 9 : at + 17])
        at, data = at + 19, b""
        while content[at]:
            data += content[at + 1 : at + 1 + content[at]]
            at += 1 + content[at]
        at += 1
        cut = np.array(decoded(data)).reshape(high, wide)
        canvas[top : top + high, left : left + wide][cut != 255] = palette[cut[cut != 255]]
        pictures.append(canvas.copy())
    return delays, pictures


def decoded(data: bytes) -> list[int]:
    """LZW of GIF, by its textbook."""
    bits, at, size, out = int.from_bytes(data, "little"), 0, 9, list[int]()
    table: list[list[int]] = []
    last: list[int] = []
    while True:
        assert at + size <= 8 * len(data), "it ends with a code that says so"
        code = bits >> at & (1 << size) - 1
        at += size
        if code == 257:
            return out
        if code == 256:
            table, size, last = [[each] for each in range(258)], 9, []
            continue
        entry = table[code] if code < len(table) else [*last, last[0]]
        out += entry
        if last and len(table) < 4096:
            table.append([*last, entry[0]])
        size += len(table) == 1 << size and size < 12
        last = entry
