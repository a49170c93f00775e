"""A tab that is driven over WebDriver, of either protocol: mouse and keyboard as a visitor has them."""

import json
from abc import ABC, abstractmethod
from typing import Any

MIDDLE = """(name) => {
  const element = document.getElementById(name);
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = element.getBoundingClientRect();
  return [Math.round(x + width / 2), Math.round(y + height / 2)];
}"""


class DrivenTab(ABC):
    """What both browsers are told in the same words; how the words reach a browser is the browser's."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, by way of JSON. Raises RuntimeError where it throws."""

    @abstractmethod
    def _perform(self, source: dict[str, object]) -> None:
        """Have one source of input do what it says."""

    def click(self, name: str) -> None:
        """Bring the element with this id into view and press the mouse in its middle."""
        x, y = self.evaluate(f"({MIDDLE})({json.dumps(name)})")
        moves = [{"type": "pointerMove", "x": x, "y": y}]
        moves += [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._perform({"type": "pointer", "id": "mouse", "actions": moves})

    def type(self, text: str) -> None:
        """Press these keys, into whatever has the focus."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keyboard", "actions": keys})
