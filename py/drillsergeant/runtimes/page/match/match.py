"""All a visitor does with what is on screen: hold it, step it, look elsewhere, choose who plays, play, drag."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from drillsergeant.drawing.place import arrange
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.match.factory_watch import ALL, FactoryWatch
from drillsergeant.runtimes.page.match.full_screen import FULL_SCREEN, FullScreenButton
from drillsergeant.runtimes.page.match.inside.inspector import NOBODY, Inspector, commands_of
from drillsergeant.runtimes.page.match.moments import MomentBoard
from drillsergeant.runtimes.page.match.players import LEFT, RIGHT, Players
from drillsergeant.runtimes.page.match.replays import ReplayPanel
from drillsergeant.runtimes.page.match.screen import ALONE_TWICE, COMPARE, FACTORY, HINTS, MATCH, WATCHED, Views
from drillsergeant.runtimes.page.match.seed import SeedField
from drillsergeant.runtimes.page.match.steering import PLAY_CODES, Keys, Steering
from drillsergeant.runtimes.page.match.touch import Controller, PadUse, TouchPads, touch_hint
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.teaching.learn_from_you import LearnFromYou
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

HUMAN_PLAYER = 0
GONE = "not kept any more"
SLOP_PX = 5.0  # a pointer that moved less than this tapped
LARGEST_PX = 4096  # either side of the canvas
CONTROLS = ("factory", "seed", "reset", LEFT, RIGHT, "snapshot")
# What makes no sense where nobody plays against anybody, and what the visitor's seat is called there and elsewhere.
FOR_TWO = ("team-right", "who-0", "who-1", "duel", "try-bot")  # with one team, the board counts how matches ended
PLAY_IT, PLAY_AGAINST = "Play it yourself", "Play against it"


class MatchPart:
    """The page's part around the field. `send` reaches a role, `tell` answers the visitor in a sentence."""

    def __init__(
        self,
        view: View,
        send: Callable[[str, messages.Message], None],
        game: DrillFacts,
        seed: SeedField,
        address: Address,
        tell: Callable[[str], None],
        train_on: Callable[[], None],
    ) -> None:
        """`train_on` begins to train where nobody does."""
        self._view, self._send, self._seed, self._address = view, send, seed, address
        self._views = Views(view, self._to_show)
        self._players = Players(view, send, self._views, tell, self._on_seated)
        self._factory = FactoryWatch(self._to_show, self._on_seated)
        self.guests = self._players.guests
        self.replays = ReplayPanel(view, self._to_show, self._views, tell, self._look_at, self._players.names)
        self.learn_from_you = LearnFromYou(view, partial(send, "trainer"), tell, train_on)
        self._moments, self._full_screen = MomentBoard(view), FullScreenButton(view)
        self._keys, self._pads, self._controller = Keys(), TouchPads(view), Controller(view.watch_gamepad)
        self._playing, self._speed, self._begun = True, "1", False
        self.hands = self.on_blur, self.on_pointer, self.on_pad, self.on_gamepad
        self._pressed: tuple[int, float, float] | None = None  # the match, and where, CSS pixels
        self._dragging = self._tapped = False
        self._take(game)

    def _take(self, game: DrillFacts) -> None:
        """Everything that depends on the drill."""
        self._game = game
        self._inside = Inspector(self._view, self._to_show, game, self._hold_still, self._views.matches)
        self._steering = Steering(game, HUMAN_PLAYER, (self._keys, self._pads, self._controller))
        self._players.take(DrillMeasure.of(game))
        self._pads.offer(PadUse.of(game, HUMAN_PLAYER))
        self._alone = self.learn_from_you.alone = len(game.teams) < 2
        for name in FOR_TWO:
            self._view.set_attribute(name, "hidden", "" if self._alone else None)
        self._view.set_text("try-you", PLAY_IT if self._alone else PLAY_AGAINST)

    def on_drill(self, game: DrillFacts) -> None:
        """The workers go over to another drill, which has versions of its own."""
        self.on_blur()
        looking, same = self._inside.player, game.name == self._game.name
        self._factory.leave()
        self._inside.close()
        self._take(game)
        if same:
            self._inside.choose(str(looking))
        self._players.forget(same=same)

    def _to_show(self, message: messages.Message) -> None:
        self._send("show", message)

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {
            "play": self._play,
            "step": self._step,
            "reset": self._reset,
            FACTORY: lambda: self._look_at(FACTORY if self._views.now != FACTORY else MATCH),
            **self._players.commands(),
            **self._moments.commands(),
            **self.replays.commands(),
            **self.learn_from_you.commands(),
            FULL_SCREEN: self._full_screen.turn,
            **commands_of(lambda: self._inside),
        }

    @property
    def visiting(self) -> bool:
        """Whether the visitor plays what is on screen."""
        return self._players.visiting and self._views.now == MATCH

    # What the workers say.

    def on_ready(self) -> None:
        """A show has begun: give it what the visitor, or where it is the first one, the address has chosen."""
        anew, self._begun = not self._begun, True
        if not self._playing:
            self._to_show(messages.Pause())
        for name in CONTROLS:
            self._view.set_attribute(name, "disabled", None)
        self._views.enable()
        speed, view = self._address.get("speed"), self._address.get("view")
        if anew and speed:
            self._view.set_value("speed", speed)
            self._set_speed(speed)
        for told_again in (self._players.repeat, self.replays.on_ready, self._inside.repeat):
            told_again()
        if self._views.now != MATCH:
            self._views.repeat()
            if self._factory.match != ALL:
                self._factory.repeat()
        elif anew and view == FACTORY:
            self._look_at(FACTORY)
        if anew and "inside" in (self._address.get("panel"), self._address.get("dock")):
            self._inside.choose("0")

    def on_show(self, values: dict[str, object]) -> None:
        """Write what the show tells of itself."""
        shown = {**values, "version": self._players.version(values.get("version"))}
        number_text.write_show(self._view, shown)
        self._factory.show(values)
        self._views.show(values, self._factory.name)
        self._inside.show(values)
        self.replays.on_show(values)

    def look_inside(self, on: bool) -> None:
        """Look into a player, the first where nobody is chosen, or into nobody."""
        self._inside.choose(str(max(self._inside.player, 0) if on else NOBODY))

    def tapped(self) -> bool:
        """Whether the visitor has tapped a player who is looked into since; True once."""
        if not self._tapped or self._inside.player < 0:
            return False
        self._tapped = False
        return True

    def on_news(self, news: messages.Message) -> None:
        """Something has just happened in a match, or was asked of a replay."""
        if isinstance(news, messages.Happened):
            self._moments.show(news, on_board=self._views.now == MATCH)
        elif isinstance(news, messages.PolicyRead):
            self.guests.on_read(news)
        else:
            self.replays.on_told(news)

    def on_refused(self, text: str) -> bool:
        """The show has refused something; returns whether that was a version that is gone, and now plays instead."""
        return GONE in text and self._players.lost()

    def on_training(self) -> None:
        """Training begins."""
        self._players.on_training()

    def on_forgotten(self) -> None:
        """The learner starts from nothing."""
        self._players.begin_contest()

    def on_trainer(self, values: Mapping[str, object]) -> None:
        """The trainer tells which versions it keeps, and what was played."""
        self._players.learn(values.get("timeline"))
        self.learn_from_you.show(values)

    # What the visitor does.

    def on_change(self, name: str, value: str) -> bool:
        """The field `name` now holds `value`; returns whether it belongs to this part."""
        if name == "speed":
            self._set_speed(value)
        elif not self._inside.on_change(name, value):
            return self.replays.change(name, value) or self._players.change(name, value)
        return True

    def on_key(self, code: str, down: bool) -> bool:
        """A key went down or up; returns whether it steers the visitor's player."""
        if self._views.now == FACTORY and down and self._factory.key(code):
            return True
        if not self.visiting or code not in PLAY_CODES:
            return False
        self._keys.change(code, down)
        self._act(self._steering.news())
        return True

    def on_pad(self, name: str, phase: str, x: float, y: float) -> None:
        """A finger is on a pad on the screen."""
        self._pads.change(name, phase, x, y)
        self._act(self._steering.news())

    def on_gamepad(self, axes: Sequence[float], buttons: Sequence[bool]) -> None:
        """A game controller has moved."""
        self._controller.change(axes, buttons)
        self._act(self._steering.news())

    def on_layout(self) -> None:
        """The stage has another size, other colours, or is to be calm."""
        width, height, ratio = self._view.stage_size()
        wide_px, high_px = (max(1, min(LARGEST_PX, round(length * ratio))) for length in (width, height))
        self._to_show(messages.Resize(wide_px, high_px, self._view.dark(), self._view.calm()))

    def on_blur(self) -> None:
        """The keyboard is elsewhere: let go of all keys and of what is dragged."""
        self._act(self._steering.release())
        self._drop()

    def on_pointer(self, phase: str, x_px: float, y_px: float) -> None:
        """Drag the body nearest to where the pointer came down; one that hardly moved tapped."""
        if self._views.now == FACTORY:
            self._factory.point(phase, x_px, y_px, self._game.scene, self._view.stage_size()[:2])
            return
        if phase == "down":
            match = self._match_at(x_px, y_px)
            self._pressed = None if match is None else (match, x_px, y_px)
        elif self._pressed is None:
            return
        elif phase == "move":
            match, from_x, from_y = self._pressed
            if not self._dragging and max(abs(x_px - from_x), abs(y_px - from_y)) < SLOP_PX:
                return
            if not self._dragging:
                self._dragging = True
                self._drag(match, from_x, from_y)
            self._drag(match, x_px, y_px)
        elif self._dragging:
            self._drop()
        else:
            match, from_x, from_y = self._pressed
            self._pressed = None
            x_m, y_m = self._place(match, from_x, from_y)
            self._to_show(messages.Tap(x_m, y_m, match))
            self._tapped = True

    def _drag(self, match: int, x_px: float, y_px: float) -> None:
        x_m, y_m = self._place(match, x_px, y_px)
        self._to_show(messages.Input(x_m=x_m, y_m=y_m, match=match))

    def _drop(self) -> None:
        if self._dragging:
            self._to_show(messages.Input(released=True))
        self._dragging, self._pressed = False, None

    def _match_at(self, x_px: float, y_px: float) -> int | None:
        """Return the match whose field's middle is nearest; None where no match is on screen."""
        width, height, _ = self._view.stage_size()
        matches = self._views.matches
        if not matches:
            return None
        places = arrange(self._game.scene, len(matches), width, height)
        away = [(place.middle_x - x_px) ** 2 + (place.middle_y - y_px) ** 2 for place in places]
        return matches[away.index(min(away))]

    def _place(self, match: int, x_px: float, y_px: float) -> tuple[float, float]:
        """Return the place on the field of a match, m."""
        width, height, _ = self._view.stage_size()
        matches = self._views.matches
        place = arrange(self._game.scene, len(matches), width, height)[matches.index(match)]
        return place.to_field(x_px, y_px)

    def _play(self) -> None:
        self.replays.play()
        if not self._views.matches:
            return
        self._playing = not self._playing
        self._to_show(messages.Play() if self._playing else messages.Pause())
        self._view.set_attribute("play", "aria-pressed", "true" if self._playing else "false")
        self._view.set_text("play", "Pause" if self._playing else "Play")

    def _hold_still(self) -> None:
        if self._playing:
            self._play()

    def hold(self, on: bool) -> None:
        """Nobody can see the match, or somebody can again; what the visitor chose stands meanwhile."""
        self._to_show(messages.Pause() if on or not self._playing else messages.Play())

    def _step(self) -> None:
        if self._views.matches:
            self._hold_still()
            self._to_show(messages.StepShow(self._game.action_repeat))

    def _reset(self) -> None:
        if self._seed.read():
            if self.replays.shown:
                self._look_at(MATCH)
            self._to_show(messages.ResetShow(self._seed.value))

    def _look_at(self, name: str) -> None:
        self.on_blur()
        self._views.turn(name)
        self._on_seated()

    def _on_seated(self) -> None:
        """Who plays, or what is on screen, has changed: hands, hints and devices follow."""
        view, visiting = self._view, self.visiting
        if not visiting:
            self._act(self._steering.release())
        self._drop()
        if self._views.now != FACTORY:
            self._factory.leave()
        if not self.replays.shown:
            self.replays.leave()
        self._address.note("view", FACTORY if self._views.now == FACTORY else MATCH, MATCH)
        view.set_attribute("stage", "data-mode", "human_vs_ai" if visiting else "ai_vs_ai")
        view.set_attribute("touch", "hidden", None if visiting else "")
        hint = ALONE_TWICE if self._alone and self._views.now == COMPARE else HINTS[self._views.now]
        if self._factory.match != ALL:
            hint = WATCHED
        if visiting:
            hint = touch_hint(self._game, HUMAN_PLAYER) if view.coarse() else self._game.words.keys
        view.set_text("hint", hint)
        view.set_attribute("stage", "data-view", self._views.now)
        self._controller.watch(visiting)
        self._inside.steered(HUMAN_PLAYER if visiting else NOBODY)
        self._inside.look_at(self._views.matches)
        if visiting and view.coarse():
            view.reveal("touch")
        if visiting:
            view.focus_stage()

    def _set_speed(self, text: str) -> None:
        value = number_text.number(float(text)) if text.replace(".", "", 1).isdigit() else None
        low, high = messages.SPEED_RANGE
        if value is None or not low <= value <= high:
            self._view.set_value("speed", self._speed)
            return
        self._speed = text
        self._address.note("speed", text, "1")
        self._to_show(messages.SetSpeed(value))

    def _act(self, action: tuple[float, ...] | None) -> None:
        if action is not None:
            self._to_show(messages.Input(action=list(action)))
