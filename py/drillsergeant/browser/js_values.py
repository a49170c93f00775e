"""Python values as JavaScript's functions take them."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import to_js


def js_object(**fields: Any) -> Any:
    """A plain JavaScript object with these fields, dictionaries inside it likewise; without a converter it is a Map."""
    return to_js(fields, dict_converter=js.Object.fromEntries)
