"""Sounds of a match, off until somebody asks for them: a few tones each, made where they are heard."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.runtimes.page.view import Tone, View
from drillsergeant.runtimes.protocol import messages

SOUND, ON = "sound", "on"
C5, E5, G5, C6, G4, E4, C4 = 523.3, 659.3, 784.0, 1046.5, 392.0, 329.6, 261.6  # Hz


def _run(tones_hz: Sequence[float], each_s: float) -> tuple[Tone, ...]:
    """One tone after the other, the last one longer."""
    last = len(tones_hz) - 1
    return tuple(Tone(each_s * at, each_s * (3 if at == last else 1.2), hz, hz) for at, hz in enumerate(tones_hz))


def _blast(at_s: float, lasts_s: float) -> tuple[Tone, ...]:
    """A referee's whistle: two tones so near to each other that they trill."""
    return tuple(Tone(at_s, lasts_s, hz, hz + 60.0, 0.06) for hz in (2250.0, 2290.0))


FOR, AGAINST = _run((C5, E5, G5, C6), 0.09), _run((G4, E4, C4), 0.12)  # of orange, whom one looks at
WHISTLE = (*_blast(0.0, 0.12), *_blast(0.18, 0.25))


class SoundSwitch:
    """The button, and what is heard where it is on. The choice is remembered."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._write()

    @property
    def on(self) -> bool:
        """Whether anything is heard."""
        return self._view.choice(SOUND) == ON

    def turn(self) -> None:
        """Turn it on, which is heard, or off."""
        self._view.prefer(SOUND, None if self.on else ON)
        self._write()
        if self.on:
            self._view.play(WHISTLE)

    def moment(self, moment: messages.Happened) -> None:
        """Something has happened in a match."""
        if self.on:
            won = AGAINST if moment.team else FOR
            self._view.play(won if moment.kind == messages.WON else WHISTLE)

    def _write(self) -> None:
        self._view.set_attribute(SOUND, "aria-pressed", "true" if self.on else "false")
