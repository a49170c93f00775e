"""The panel that looks into a player: what it is about to do, what it expects, what it sees.

The show thinks aloud only while the panel is open; then it reports five times a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.drills.contract import Continuous, Head
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.match.inside import map_control, reward_strip
from drillsergeant.runtimes.page.match.inside.attention import Attention
from drillsergeant.runtimes.page.view import Bar, View
from drillsergeant.runtimes.protocol import messages

SELECT = "inside-player"
NOBODY = -1
COLOURS = ("Orange", "Blue")  # of the teams
MATCHES = ("", " then", " now")  # which of the matches on screen, by its number
HISTORY_S = 10.0
LATE_S = 1.0  # for so long after a player is let go, what is told of that one is old
WIDTH, HEIGHT = 300.0, 70.0  # of the drawing of what it expects, as in index.html
LEAST_SCALE = 1.0  # a goal is worth 1: the drawing reaches at least so far up and down
# What stands above the network's choices: for a player that plays by it, and for the one whom the visitor steers.
ABOUT_TO, IN_YOUR_PLACE = "What it is about to do", "What the network would do in your place"
WHERE = "or tap a player on the field."
NOWHERE = "in the live match: it is not on screen now."
SEEN_REACH = 1.5  # observations are of magnitude about 1: where their bars end


class Inspector:
    """Whom the visitor looks into."""

    def __init__(
        self,
        view: View,
        send: Callable[[messages.Message], None],
        game: DrillFacts,
        hold: Callable[[], None],
        matches: Sequence[int],
    ) -> None:
        """`matches`: those on screen, by their numbers; only into their players one can look."""
        self._view, self._send, self._heads = view, send, game.heads
        self._observation = [name.replace("_", " ") for name in game.observation]
        self._names = names(game.teams)
        self._matches, self._steered = tuple(matches), NOBODY
        self._player, self._match = NOBODY, self._matches[0] if matches else 0
        options = [(str(number), name) for number, name in enumerate(self._names)]
        self.strip = reward_strip.RewardStrip(view, send, game, hold)
        self.map = map_control.MapControl(view, send, game, self._names)
        self._looks = Attention(view, self._observation)
        view.set_options(SELECT, [(str(NOBODY), "nobody"), *options])
        self._history: list[tuple[float, float]] = []
        self._left, self._left_s = (NOBODY, 0), 0.0  # who was looked into last, and until when

    @property
    def player(self) -> int:
        """Whom it looks into; -1 nobody."""
        return self._player

    def on_change(self, name: str, value: str) -> bool:
        """The field `name` now holds `value`; returns whether it belongs to this panel."""
        took = {
            SELECT: self.choose, reward_strip.SLIDER: self.strip.scrub, map_control.CHOICE: self.map.choose
        }.get(name)  # fmt: skip
        if took is not None:
            took(value)
        return took is not None

    def choose(self, value: str) -> None:
        """Look into a player, or into nobody."""
        player = {str(number): number for number in range(len(self._names))}.get(value, NOBODY)
        if not self._matches:
            player = NOBODY
        self._send(messages.Inspect(player, self._match if player >= 0 else 0))
        self._turn_to(player, self._match)

    def steered(self, player: int) -> None:
        """The visitor steers this player; -1 none."""
        self._steered = player
        self._head()

    def _head(self) -> None:
        own = self._player >= 0 and (self._player, self._match) == (self._steered, 0)
        self._view.set_text("inside-doing", IN_YOUR_PLACE if own else ABOUT_TO)

    def close(self) -> None:
        """Look into nobody."""
        self.choose(str(NOBODY))

    def repeat(self) -> None:
        """Tell a show that has never heard of it whom to look into, and of the map."""
        self._offer()
        if self._player >= 0:
            self.strip.clear()
            self.choose(str(self._player))
            self.map.repeat()

    def look_at(self, matches: Sequence[int]) -> None:
        """Other matches, by their numbers, are on screen now; the panel stays with the same player."""
        self._matches = tuple(matches)
        if self._player >= 0 and not matches:
            self.close()
        self._match = matches[0] if matches else 0
        if self._player >= 0:
            self.choose(str(self._player))
        self._offer()

    def _offer(self) -> None:
        self._view.set_attribute(SELECT, "disabled", None if self._matches else "")
        self._view.set_text("inside-where", WHERE if self._matches else NOWHERE)

    def _turn_to(self, player: int, match: int) -> None:
        if player < 0:
            self._left, self._left_s = (self._player, self._match), self._view.now_s()
        if (player, match) != (self._player, self._match) or player < 0:
            self._history = []
            self.strip.clear()
            self._looks.clear()
        self._player, self._match = player, match
        self._view.set_value(SELECT, str(player))
        self._view.set_attribute("inside-body", "hidden", None if player >= 0 else "")
        who = self._names[player] + MATCHES[match] if player >= 0 else "a player"
        self._view.set_text("inside-who", who)
        self._head()

    def show(self, values: Mapping[str, object]) -> None:
        """Draw what the show tells, and open the panel where the visitor has pointed at a player."""
        inside = values.get("inside")
        if not self._matches or not isinstance(inside, Mapping) or len(inside["observation"]) != len(self._observation):
            return  # the last: from a show on its way out, whose players see something else
        place = int(inside["player"]), int(inside["match"])
        if self._player < 0 and place == self._left and self._view.now_s() - self._left_s < LATE_S:
            return  # told before it was let go
        if place != (self._player, self._match):
            self._turn_to(*place)
        chances = [[float(chance) for chance in of_head] for of_head in inside["probabilities"]]
        groups = list(zip(self._heads, chances, strict=True))
        self._view.set_bars("inside-actions", [_bars(*group) for group in groups])
        seen = [_seen(name, float(entry)) for name, entry in zip(self._observation, inside["observation"], strict=True)]
        self._view.set_bars("inside-seen", [seen])
        plan = ", ".join(_likeliest(*group) for group in groups)
        certain = [max(of_head) for head, of_head in groups if not isinstance(head, Continuous)]
        share = f" ({number_text.percent(math.prod(certain))})" if certain else ""
        self._view.set_text("inside-plan", f"{plan}{share}")
        self._view.set_text("inside-entropy", number_text.text_of(inside["entropy"], lambda nats: f"{nats:.2f} nats"))
        self._expect(float(inside["clock_s"]), float(inside["value"]), again=inside.get("recalled", -1) != -1)
        self._looks.show(inside)
        self.strip.show(inside)
        self.map.show(inside)

    def _expect(self, clock_s: float, value: float, again: bool) -> None:
        """Write a value, and go on with the line, but for a moment that is shown `again`."""
        self._view.set_text("inside-value", f"{value:+.2f}".replace("-", "\u2212"))
        if again:
            return
        if self._history and clock_s < self._history[-1][0]:
            self._history = []  # another match
        if not self._history or clock_s > self._history[-1][0]:
            self._history.append((clock_s, value))
        self._history = [point for point in self._history if point[0] > clock_s - HISTORY_S]
        reach = max(LEAST_SCALE, *(abs(y) for _, y in self._history))
        places = [(1 - (clock_s - x) / HISTORY_S, (1 - y / reach) / 2) for x, y in self._history]
        points = " ".join(f"{WIDTH * x:.1f},{HEIGHT * y:.1f}" for x, y in places)
        self._view.set_attribute("inside-line", "points", points)


def commands_of(inspector: Callable[[], Inspector]) -> dict[str, Callable[[], None]]:
    """What each button of the panel does, whichever inspector there is by then."""
    return {
        reward_strip.NOW: lambda: inspector().strip.scrub("0"),
        map_control.ARROWS: lambda: inspector().map.turn_arrows(),
        map_control.SAVE: lambda: inspector().map.save(),
    }


def names(teams: Sequence[int]) -> list[str]:
    """What every player is called: by its colour, and by a number where there are several of it. One that is alone has
    no need of one: a cart is of whatever colour."""
    if sum(teams) == 1:
        return ["the player"]
    return [
        COLOURS[team] if count == 1 else f"{COLOURS[team]} {number}"
        for team, count in enumerate(teams)
        for number in range(1, count + 1)
    ]


def _bars(head: Head, chances: Sequence[float]) -> list[Bar]:
    """Of each choice its chance; of a number where it lies in its range, as wide as it is spread."""
    if isinstance(head, Continuous):
        mean, std = chances
        begin, end = (
            min(max((edge - head.low) / (head.high - head.low), 0.0), 1.0) for edge in (mean - std, mean + std)
        )
        return [Bar(head.name, begin, end - begin, f"{_signed(mean)} ± {std:.2f} {head.unit}".rstrip())]
    return [
        Bar(word, 0.0, min(chance, 1.0), number_text.percent(chance))
        for word, chance in zip(head.choices, chances, strict=True)
    ]


def _likeliest(head: Head, chances: Sequence[float]) -> str:
    """In words what a head's policy is about to do."""
    if isinstance(head, Continuous):
        return f"{head.name} {_signed(min(max(chances[0], head.low), head.high))} {head.unit}".rstrip()
    return head.choices[chances.index(max(chances))]


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def _seen(name: str, value: float) -> Bar:
    """A bar from the middle to the value, to the right where it is positive."""
    share = max(-1.0, min(1.0, value / SEEN_REACH)) / 2
    return Bar(name, 0.5 + min(share, 0.0), abs(share), _signed(value))
