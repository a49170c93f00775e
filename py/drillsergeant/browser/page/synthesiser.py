"""Tones by Web Audio: an oscillator each, no files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import js

from drillsergeant.runtimes.page.view import Tone

ATTACK_S = 0.01  # a tone that begins or ends at once clicks


class Synthesiser:
    """Plays tones where there is Web Audio, once the visitor has touched the page: browsers are mute until then."""

    def __init__(self) -> None:
        self._context: Any = None

    def play(self, tones: Sequence[Tone]) -> None:
        """Begin now."""
        activation = getattr(js.navigator, "userActivation", None)
        if not hasattr(js, "AudioContext") or (activation is not None and not activation.hasBeenActive):
            return  # tones for a context that may not run would be heard later, all at once
        if self._context is None:
            self._context = js.AudioContext.new()
        if str(self._context.state) == "suspended":
            self._context.resume()
        for tone in tones:
            self._begin(tone, float(self._context.currentTime) + tone.at_s)

    def _begin(self, tone: Tone, start_s: float) -> None:
        context, end_s = self._context, start_s + tone.lasts_s
        oscillator, volume = context.createOscillator(), context.createGain()
        oscillator.type = "triangle"
        oscillator.frequency.setValueAtTime(tone.from_hz, start_s)
        oscillator.frequency.linearRampToValueAtTime(tone.to_hz, end_s)
        volume.gain.setValueAtTime(0.0, start_s)
        volume.gain.linearRampToValueAtTime(tone.loud, start_s + ATTACK_S)
        volume.gain.linearRampToValueAtTime(0.0, end_s)
        oscillator.connect(volume)
        volume.connect(context.destination)
        oscillator.start(start_s)
        oscillator.stop(end_s)

    def close(self) -> None:
        """Be silent for good."""
        if self._context is not None:
            self._context.close()
            self._context = None
