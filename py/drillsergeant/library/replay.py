"""A saved stretch of a match, `.dshr`, in the hand: every state of it, pictures, and a GIF."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.new_game import PLACES, game_of
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.edited_drill import checked_drill
from drillsergeant.learn.compile.editing.whole_game import checked_game
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.files.dshr import Replay, ReplayFileError, read_replay
from drillsergeant.learn.files.replacing import checked_kind, replace_file
from drillsergeant.learn.reference.engine import network_of
from drillsergeant.learn.reference.show_match import SoloMatch
from drillsergeant.learn.replay.playback import Trajectory, play
from drillsergeant.library.public import public_names
from drillsergeant.pictures.image_files import gif
from drillsergeant.pictures.raster import scene_picture
from drillsergeant.plain import real_number

FPS = 20.0  # pictures a second of a GIF
EMBEDDED_PX = 480  # wide, in a notebook
OUTCOMES = ("team 0", "team 1")


class MatchReplay:
    """A stretch of a match, played to the bits that it had. The last expression of a notebook's cell shows it moving.

    `len()` is how many ticks it has; `[tick]` the state after so many, and iterating gives all of them, name -> number.
    """

    def __init__(self, drill: Drill, content: Replay) -> None:
        """Play `content`, which is of `drill`; `replay` is more convenient."""
        self.drill, self.content = drill, content
        stage = SoloMatch(drill, network_of(drill), content.seed)
        self.played: Trajectory = play(content, facts_of(drill), stage, content.edit)

    def __len__(self) -> int:
        return self.played.ticks

    def __getitem__(self, tick: int) -> dict[str, float]:
        """The state after so many ticks; the last one is the end's, where a match that was decided has begun anew.

        Raises IndexError where it is over by then.
        """
        if not -len(self) <= tick <= len(self):
            raise IndexError(f"tick {tick} of a replay of {len(self)}: there are 0 to {len(self)}")
        at = tick % (len(self) + 1) if tick < 0 else tick
        return self.played.next_from(at) if at == len(self) else self.played.state(at)

    def __iter__(self) -> Iterator[dict[str, float]]:
        return (self[tick] for tick in range(len(self) + 1))

    @property
    def seconds(self) -> float:
        """How long it is, s of the match's time."""
        return len(self) / self.drill.tick_hz

    def picture(self, tick: int, width_px: int = 640) -> Array:
        """The state after so many ticks as the page draws it, u8 [HEIGHT][WIDTH][red, green, blue]."""
        return scene_picture(self.drill.scene, self.played.state(tick), width_px=width_px)

    def gif(self, fps: float = FPS, width_px: int = 640) -> bytes:
        """It as a GIF that moves for ever, `fps` pictures for every second of the match.

        Raises ValueError for an `fps` that is not above 0.
        """
        if real_number("fps", fps) <= 0.0:
            raise ValueError(f"fps is {fps}; give a number above 0")
        step = self.drill.tick_hz / fps
        ticks = [round(step * number) for number in range(int(len(self) / step) + 1)]
        return gif([self.picture(tick, width_px) for tick in ticks], fps)

    def save(self, path: str | Path, fps: float = FPS, width_px: int = 640) -> None:
        """Write it as a GIF. Raises OSError where it cannot be written, ValueError for the name of another kind."""
        checked_kind(path, ".gif")
        replace_file(path, self.gif(fps, width_px))

    def __repr__(self) -> str:
        hz = self.drill.tick_hz
        won = ", ".join(f"{OUTCOMES[each.team]} wins at {each.tick / hz:.1f} s" for each in self.played.won)
        return f"<MatchReplay {self.content.drill}: {self.seconds:.1f} s, {won or 'nobody wins'}>"

    def __dir__(self) -> list[str]:
        return public_names(super().__dir__())

    def _repr_html_(self) -> str:
        packed = b64encode(self.gif(width_px=EMBEDDED_PX)).decode()
        return f'<img alt="{repr(self)[1:-1]}" src="data:image/gif;base64,{packed}">'

    def _mime_(self) -> tuple[str, str]:
        """As marimo asks for it."""
        return "text/html", self._repr_html_()


def replay(source: str | Path | bytes, drill: Drill | str | None = None, *, run_code: bool = False) -> MatchReplay:
    """Play a `.dshr` file, by path or by its content, that the page or anybody has saved.

    `drill`: the one it was played with, where that has other rules than the registered one of its name. A file may
    carry the Python of a game of somebody's own: `run_code=True` runs it, as you would run any program of theirs.
    Raises ReplayFileError (a ValueError) for a file that is damaged, or plays otherwise here than where it was saved.
    """
    content = read_replay(source if isinstance(source, bytes) else Path(source).read_bytes())
    if drill is None and content.edit:
        if not run_code:
            raise ReplayFileError(
                f"the replay is of {content.drill!r} as code of its own has it, which is in the file: look at it by "
                "learn.files.dshr.read_replay(...).edit, then pass drill= or run_code=True"
            )
        return MatchReplay(_own_game(content), content)
    if drill is None and content.drill in PLACES:
        return MatchReplay(game_of(content.drill), content)
    if drill is None and content.drill not in drills.DRILLS:
        there = ", ".join(drills.DRILLS)
        raise ReplayFileError(f"the replay is of {content.drill!r}, there are {there}; pass the drill: drill=...")
    return MatchReplay(drills.resolve(content.drill if drill is None else drill), content)


def _own_game(content: Replay) -> Drill:
    """What the code in a file makes: a registered drill with other rules, or a whole game."""
    if content.drill in drills.DRILLS:
        return checked_drill(content.drill, content.edit)
    return checked_game(content.edit)
