"""Finding a WebGPU adapter, and telling a graphics processor from a program that plays one on the CPU."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import js

LIMIT_S = 5.0  # a browser whose GPU process hangs never answers
SOFTWARE = ("swiftshader", "llvmpipe", "lavapipe", "software", "basic render")
FACTS = ("vendor", "architecture", "device", "description")


@dataclass(frozen=True)
class Adapter:
    """`handle` is the `GPUAdapter`; `software`: it runs on the CPU."""

    handle: Any
    name: str
    software: bool


async def find_adapter() -> Adapter | None:
    """Return the browser's adapter, or None where there is none, or none within five seconds."""
    gpu = getattr(js.navigator, "gpu", None)
    if gpu is None:
        return None
    try:
        found = await asyncio.wait_for(_settled(gpu.requestAdapter()), LIMIT_S)
    except Exception:  # a browser may refuse in any way it likes; there is nothing to draw with then
        return None
    return _described(found) if found is not None else None


async def _settled(promise: Any) -> Any:
    return await promise


def _described(handle: Any) -> Adapter:
    info = getattr(handle, "info", None)
    facts = [str(getattr(info, name, "") or "") for name in FACTS]
    name = " ".join(fact for fact in facts if fact) or "unnamed"
    flagged = any(bool(getattr(thing, "isFallbackAdapter", False)) for thing in (handle, info))
    return Adapter(handle, name, flagged or any(word in name.lower() for word in SOFTWARE))
