"""Replays on the page: the last seconds of the match looked at again, saved, sent as a link; others' opened.

The show makes and plays them (`runtimes/show/replay_stage.py`). While one is on screen its board stands above the
field, with what there is to do, and the live match waits.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.learn.files.dshr import MOST_BYTES, SUFFIX
from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.match.film import FilmMaker
from drillsergeant.runtimes.page.match.screen import MATCH, REPLAY, Views
from drillsergeant.runtimes.page.sentences import ended, shortened
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

AT = "replay-at"  # the slider
MARK = "#replay="
MOST_LINK = 6000  # characters: what mail, chats and forums leave whole
PACKED = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_WHY = 300
SAVED = "Saved as {}: a few kilobytes. Drop it on this page, here or elsewhere, and it plays again."
COPIED = "The link is copied. Whoever opens it sees this replay."
NOT_COPIED = "This browser does not let a page copy. Save the replay and send the file."
TOO_LONG = f"This replay takes {{:,}} characters, a link has room for {MOST_LINK:,}. Save it and send the file."
OPENING = "Opening the replay …"
OPENED = "A replay, to the last bit as it was. The live match waits."


class ReplayPanel:
    """`send` reaches the show, `tell` answers the visitor, `turn` changes the view; `names` says who plays."""

    def __init__(
        self,
        view: View,
        send: Callable[[messages.Message], None],
        views: Views,
        tell: Callable[[str], None],
        turn: Callable[[str], None],
        names: Callable[[], Sequence[str]],
    ) -> None:
        self._view, self._send, self._views, self._tell = view, send, views, tell
        self._turn, self._names = turn, names
        self._then: Callable[[messages.ReplayCut], None] | None = None  # what is to be done with what was asked for
        self._content, self._filename = b"", ""  # of the replay on screen
        self._coming = (b"", "")  # the one that the show is to read, or reads
        self._ready = self._seen = self._playing = False
        self._asked = False  # the one that comes was asked for by hand: its board is gone to
        self._again = False  # the one on screen was lost with its show, and is to be opened by the new one
        self._tick, self._ticks, self._tick_hz = 0, 0, 1
        self.download: Callable[[str, bytes], None] = lambda _name, _content: None
        self.films: FilmMaker | None = None
        self.did: Did = lambda _label, _turn: None
        self._kept = self._coming_kept = True  # the one on screen, and that which comes, are in a file or a link, too
        self.show_code: Callable[[str], None] = lambda _text: None
        self._edit = ""  # of a replay that was refused for its code

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {
            "replay-watch": lambda: self._cut(self._watch),
            "replay-save": lambda: self._cut(self._save),
            "replay-play": self.play,
            "replay-keep": self._keep,
            "replay-link": self._link,
            "replay-film": self._film,
            "replay-code": lambda: self.show_code(self._edit),
            "replay-back": self._back,
        }

    @property
    def shown(self) -> bool:
        """Whether a replay is on screen."""
        return self._views.now == REPLAY

    def on_ready(self) -> None:
        """A show is there; one that replaces another knows of no replay."""
        self._ready = True
        for name in ("replay-watch", "replay-save", "replay-file"):
            self._view.set_attribute(name, "disabled", None)
        self._again = self._seen
        if not self._coming[0]:
            self._coming, self._coming_kept = (self._content, self._filename), self._kept
        if self._coming[0]:
            self._send(messages.OpenReplay(self._coming[0]))

    def on_file(self, name: str, content: bytes) -> None:
        """The visitor chose or dropped a `.dshr` file."""
        if len(content) > MOST_BYTES:
            self.say(
                f"{shortened(name, 60)} is not played: it has {len(content):,} bytes, at most {MOST_BYTES:,} are read."
            )
            return
        self._asked = True
        self._open(content, name)

    def on_link(self, fragment: str) -> bool:
        """The page's address ends like this, from its `#` on; returns whether it is about a replay."""
        if not fragment.startswith(MARK):
            return False
        packed = fragment.removeprefix(MARK)
        try:
            if len(packed) > MOST_LINK or not PACKED.fullmatch(packed):
                raise ValueError("it is no replay, or was cut")
            content = a2b_base64(packed.replace("-", "+").replace("_", "/") + "=" * (-len(packed) % 4))
        except (Error, ValueError) as wrong:
            self.say(f"The replay in the page's address is not played: {wrong}. Copy the link again, whole.")
            return True
        self._open(content, f"replay{SUFFIX}")
        return True

    def on_told(self, message: messages.Message) -> None:
        """The show has answered."""
        match message:
            case messages.ReplayCut():
                then, self._then = self._then, None
                if then is not None:
                    then(message)
            case messages.ReplayPictures():
                if self.films is not None and self._seen:
                    self.films.make(message, self._filename.removesuffix(SUFFIX) + ".gif")
            case messages.ReplayRead(why=why) if why:
                self._refused(why, message.edit)
            case messages.ReplayRead():
                self._opened(message)

    def on_show(self, values: Mapping[str, object]) -> None:
        """The show tells where it is in the replay."""
        told = values.get("replay")
        if not self.shown or not isinstance(told, Mapping):
            return
        self._tick, self._playing = int(number_text.number(told.get("tick")) or 0), told.get("playing") is True
        scores = [number_text.number(values.get(f"score_{team}")) or 0.0 for team in range(2)]
        self._view.set_text("replay-score", f"{scores[0]:.0f}\u2009:\u2009{scores[1]:.0f}")
        self._view.set_value(AT, str(self._tick))
        self._write()

    def change(self, name: str, value: str) -> bool:
        """The slider was moved; returns whether it was this one. It rests where it was put."""
        if name == AT:
            self._tick, self._playing = int(float(value)), False
            self._seek()
        return name == AT

    def play(self) -> None:
        """Go on, hold, or begin anew at the end."""
        if not self.shown:
            return
        if not self._playing and self._tick >= self._ticks:
            self._tick = 0
        self._playing = not self._playing
        self._seek()

    def leave(self) -> None:
        """Something else is on screen: one that was there is not any more."""
        if self._seen:
            self._offer_undo()
            self._content, self._seen, self._playing = b"", False, False
            if self.films is not None:
                self.films.stop()
            self._view.set_text("replay-said", "")

    def _offer_undo(self) -> None:
        """The replay on screen makes way; where it is nowhere else, that can be taken back."""
        if self._kept:
            return
        content, filename, away = self._content, self._filename, True

        def turn() -> str:
            nonlocal away
            away = not away
            if away:
                self._back()
                return "The replay is left again."
            self._asked = True
            self._open(content, filename, kept=False)
            return "The replay is back."

        self.did("left a replay that was not saved", turn)

    def _seek(self) -> None:
        self._send(messages.SeekReplay(self._tick, self._playing))
        self._write()

    def _cut(self, then: Callable[[messages.ReplayCut], None]) -> None:
        self._then = then
        self._send(messages.CutReplay(list(self._names())))

    def _watch(self, cut: messages.ReplayCut) -> None:
        self._asked = True
        self._open(_bytes(cut.content), cut.filename, kept=False)

    def _save(self, cut: messages.ReplayCut) -> None:
        self.download(cut.filename, _bytes(cut.content))
        self.say(SAVED.format(cut.filename))

    def _keep(self) -> None:
        self._kept = True
        self.download(self._filename, self._content)
        self.say(SAVED.format(self._filename))

    def _open(self, content: bytes, name: str, *, kept: bool = True) -> None:
        """`kept`: it is somewhere else, too."""
        self._coming_kept = kept
        self._coming = content, name if name.endswith(SUFFIX) else name + SUFFIX
        self._view.set_attribute("replay-code", "hidden", "")
        self._view.set_text("replay-said", OPENING)
        if self._ready:
            self._send(messages.OpenReplay(content))

    def _opened(self, read: messages.ReplayRead) -> None:
        self._ticks, self._tick_hz, self._tick, self._playing = read.ticks, read.tick_hz, 0, True
        if self._seen and not self._again:
            self._offer_undo()
        self._kept = self._coming_kept
        self._again = False
        self._seen, self._coming, (self._content, self._filename) = True, (b"", ""), self._coming
        names = [str(name) for name in read.names] if isinstance(read.names, list | tuple) else []
        self._view.set_text("replay-who", " against ".join(names))
        self._view.set_attribute(AT, "max", str(read.ticks))
        self._turn(REPLAY)
        self._write()
        self.say(OPENED)
        asked, self._asked = self._asked, False
        if asked:
            self._view.reveal("replay-play")

    def _refused(self, why: str, edit: str) -> None:
        self._then, self._coming, self._edit, self._asked = None, (b"", ""), edit, False
        self._view.set_attribute("replay-code", "hidden", None if edit else "")
        if self._again:
            self._again = False
            self._back()
        self.say(f"No replay: {ended(shortened(why, LONGEST_WHY))}")

    def _film(self) -> None:
        if self.films is None or not self.films.stop():
            self._send(messages.FilmReplay())

    def _link(self) -> None:
        packed = b2a_base64(self._content, newline=False).decode().rstrip("=").replace("+", "-").replace("/", "_")
        if len(packed) > MOST_LINK:
            self.say(TOO_LONG.format(len(packed)))
            return
        address = self._view.location().partition("#")[0] + MARK + packed
        self._view.copy(address, self._copied)

    def _copied(self, done: bool) -> None:
        self._kept |= done
        self.say(COPIED if done else NOT_COPIED)

    def _back(self) -> None:
        if self.shown:
            self._turn(MATCH)

    def _write(self) -> None:
        over = self._tick >= self._ticks and not self._playing
        now, whole = self._tick / self._tick_hz, self._ticks / self._tick_hz
        self._view.set_text("replay-play", "Pause" if self._playing else "Play again" if over else "Play")
        self._view.set_text("replay-time", f"{now:.1f} of {whole:.1f} s")
        self._view.set_attribute(AT, "aria-valuetext", f"{now:.1f} of {whole:.1f} seconds")

    def say(self, said: str) -> None:
        """Answer the visitor."""
        self._view.set_text("replay-said", said)
        self._tell(said)


def _bytes(content: object) -> bytes:
    """A file's bytes, however they came."""
    return bytes(content) if isinstance(content, bytes | bytearray | memoryview) else b""
