"""Policies from files, seated in the match on screen beside those of the run."""

from __future__ import annotations

from drillsergeant.learn.files.dshq import read_policy
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.files.schema import Schema
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.show.snapshot_cache import SnapshotCache


class Guests:
    """Reads files for the game and network of `schema`, and keeps their policies in `cache`."""

    def __init__(self, schema: Schema, cache: SnapshotCache) -> None:
        self._schema, self._cache = schema, cache

    def open(self, message: messages.OpenPolicy) -> messages.PolicyRead:
        """Keep a policy, or say why it cannot play here."""
        content = message.content
        if not isinstance(content, bytes | bytearray | memoryview):
            return messages.PolicyRead(message.id, f"a file holds bytes, this is {type(content).__name__}")
        try:
            policy = read_policy(bytes(content), self._schema)
        except PolicyFileError as refused:
            return messages.PolicyRead(message.id, str(refused))
        self._cache.take_in(message.id, policy.state.arrays["parameters"])
        return messages.PolicyRead(message.id, decisions=policy.progress.decisions)
