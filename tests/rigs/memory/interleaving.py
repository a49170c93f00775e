"""An exhaustive explorer of interleavings that runs the shipped protocol code itself, one cell operation at a time.

A program is a function of a memory. Given the results of its first k operations it is deterministic, so its k+1st
operation is found by running it against a `ReplayMemory` that answers from that history and stops it at the frontier.
Those answers form a tree per program; a state of the whole system is then (one tree node per thread, who sleeps,
kills left, cells), and the search goes over states, not over schedules. An operation on a cell that no other thread
ever touches in conflict commutes with everything and is taken at once.

Two grains. Words: a bulk copy is one operation per 32-bit word, so that tearing shows in the data. Copies: a bulk
copy is done at once and stays *open* until its thread's next atomic write (the flip or the unpin that ends it); it is
a violation if anybody else touches an open copy's words in conflict. For code free of such conflicts only the order
of the atomic operations matters, which is what this grain explores, so it reaches longer runs. A writer killed with a
copy open leaves either all of it or poison behind.

Explored: every order of operations, every thread killed at every operation (at most `kills` in a run), with or
without a recovery program in its place. Checked: what programs assert, and that nobody sleeps for ever. Operations
take effect in one global order (sequential consistency, which JavaScript's Atomics give); weaker orders of plain
accesses are not modelled, so the protocols may rely only on handing data over through atomic cells.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations, pairwise

from drillsergeant.memory.access import signed

from build.promises.records import tally
from tests.rigs.memory.replay import Frontier, History, Node, Program, ReplayMemory

Load = Callable[[int], int]  # word to value, in a state where nothing can move any more
FIELD_BYTES = 2
POISON = 0x7FC0DEAD  # a NaN, wherever it ends up


class Violation(AssertionError):
    """A claim broken by some interleaving; the message holds the steps that lead there."""


class _Widened(Exception):
    """A new cell, or a new conflict over one, was met: the search starts again knowing it."""


class Explorer:
    """Searches every interleaving of `threads` over a memory that starts as `initial` (word to value, else 0).

    killable: threads that may be killed before any of their operations, `kills` of them in a run. recovery: thread name
    to the program that then starts in its place; without one it stays dead. timeouts: sleepers may wake by themselves.
    by_words: the finer grain of copies.
    """

    def __init__(
        self,
        threads: Mapping[str, Program],
        initial: Mapping[int, int] | None = None,
        killable: Sequence[str] = (),
        recovery: Mapping[str, Program] | None = None,
        kills: int = 1,
        timeouts: bool = False,
        by_words: bool = True,
    ) -> None:
        self.names = list(threads)
        self.initial = dict(initial or {})
        self.killable = {self.names.index(name) for name in killable}
        self.kills = kills if killable else 0
        self.timeouts = timeouts
        self.by_words = by_words
        self.nodes: list[Node] = []
        self.marked: dict[tuple[Hashable, ...], bytes] = {}
        self.values: list[int] = [0]  # states hold indices into this table
        self.indices: dict[int, bytes] = {0: _pack(0)}
        self.columns: dict[int, int] = {}
        self.private: dict[Node, bool] = {}
        self.sound: set[tuple[Node, Node]] = set()
        self.accesses: dict[int, set[tuple[Program, bool]]] = {}
        self.dead = self._grow(lambda memory: None)
        self.roots = [self._grow(program) for program in threads.values()]
        self.recoveries = {self.names.index(name): self._grow(p) for name, p in (recovery or {}).items()}
        self.asleep_at = len(self.names) * FIELD_BYTES
        self.kills_at = self.asleep_at + FIELD_BYTES
        self.cells_at = self.kills_at + FIELD_BYTES
        self.states = self.transitions = self.final_states = 0

    def run(self, check: Callable[[Load], None] = lambda load: None) -> Explorer:
        """Explore everything; `check` gets a function word -> value for every state in which nothing can move."""
        while True:
            try:
                self._search(check)
            except _Widened:
                continue
            tally(2, "states", self.states)
            return self

    def _grow(self, program: Program, history: History = (), parent: Node | None = None) -> bytes:
        """Run `program` up to the operation behind `history`; return the packed index of the node for it."""
        memory = ReplayMemory(history, self.by_words)
        violation = ""
        try:
            program(memory)
            memory.key = "finished"
        except Frontier:
            pass
        except (AssertionError, RuntimeError, ValueError) as broken:
            violation = f"{type(broken).__name__}: {broken}"
        node = Node(program, history, memory, parent.copies_open_after() if parent and not self.by_words else [])
        node.violation = violation
        fresh = _pack(len(self.nodes))
        if memory.key is not None and not violation:
            known = self.marked.setdefault((program, memory.key, *node.open_copies), fresh)
            if known is not fresh:
                return known
        self.nodes.append(node)
        return fresh

    def _child(self, node: Node, result: tuple[int, ...]) -> bytes:
        child = node.children.get(result)
        if child is None:
            child = node.children[result] = self._grow(node.program, (*node.history, result), node)
        return child

    def _search(self, check: Callable[[Load], None]) -> None:
        self.transitions = self.final_states = 0
        self.private.clear()
        start = b"".join(self.roots) + _pack(0) + _pack(self.kills)
        start += b"".join(self._index(self.initial.get(word, 0)) for word in self.columns)
        seen: set[bytes] = set()
        reached: set[bytes] = set()  # before settling
        path: list[bytes] = []
        work = [[start]]
        while work:
            if not work[-1]:
                work.pop()
                del path[-1:]
                continue
            path.append(work[-1].pop())
            self.transitions += 1
            if path[-1] in reached:
                path.pop()
                continue
            reached.add(path[-1])
            try:
                state = self._settle(path[-1])
                known = state in seen
                moves = [] if known else self._moves(state)
                if not moves and not known:
                    self._judge_final(state, check)
            except AssertionError as broken:
                raise Violation(f"{broken}\nafter {len(path) - 1} steps:\n{self._story(path)}") from broken
            if known:
                path.pop()
                continue
            seen.add(state)
            path[-1] = state
            work.append(moves)
        self.states = len(seen)

    def _judge_final(self, state: bytes, check: Callable[[Load], None]) -> None:
        asleep = _unpack(state, self.asleep_at)
        if asleep and _unpack(state, self.kills_at) == self.kills:
            sleepers = [name for index, name in enumerate(self.names) if asleep >> index & 1]
            raise AssertionError(f"deadlock: {', '.join(sleepers)} would sleep for ever")
        self.final_states += 1
        check(lambda word: self._value(state, self.columns[word]) if word in self.columns else 0)

    def _settle(self, state: bytes) -> bytes:
        """Take every operation that commutes with all others, judging what the threads are at on the way."""
        while True:
            nodes = self._nodes_of(state)
            self._judge(nodes)
            asleep = _unpack(state, self.asleep_at)
            for thread, node in enumerate(nodes):
                if node.operation and not asleep >> thread & 1 and self._is_private(node):
                    state = self._execute(state, thread, node)
                    break
            else:
                return state

    def _nodes_of(self, state: bytes) -> list[Node]:
        return [self.nodes[_unpack(state, thread * FIELD_BYTES)] for thread in range(len(self.names))]

    def _moves(self, state: bytes) -> list[bytes]:
        """Every state one operation, death or timeout away."""
        asleep = _unpack(state, self.asleep_at)
        kills = _unpack(state, self.kills_at)
        moves = []
        for thread, node in enumerate(self._nodes_of(state)):
            if not node.operation:
                continue
            if not asleep >> thread & 1:
                moves.append(self._execute(state, thread, node))
            elif self.timeouts:
                moves.append(self._wake(state, thread))
            if kills and thread in self.killable:
                moves += self._kill(state, thread, node)
        return moves

    def _judge(self, nodes: list[Node]) -> None:
        for name, node in zip(self.names, nodes, strict=True):
            if node.violation:
                raise AssertionError(f"{name}: {node.violation}")
        if self.by_words:
            return
        for pair in combinations(nodes, 2):
            if pair not in self.sound:
                if pair[0].is_torn_by(pair[1]):
                    raise AssertionError(f"torn: {pair[0].operation} meets {pair[1].operation}, one inside a copy")
                self.sound.add(pair)

    def _is_private(self, node: Node) -> bool:
        """Tell whether the next operation commutes with everything other programs do; note what it touches."""
        private = self.private.get(node)
        if private is None:
            private = self.private[node] = node.touch.copies or self._has_no_conflict(node)
        return private

    def _has_no_conflict(self, node: Node) -> bool:
        assert node.operation is not None, "a finished thread cannot move"
        kind, word, _ = node.operation
        accesses = self.accesses.setdefault(word, set())
        if (node.program, node.touch.writes) not in accesses:
            accesses.add((node.program, node.touch.writes))
            raise _Widened
        if kind in ("wait", "notify") or (node.open_copies and node.touch.writes):
            return False  # the latter ends copies, and everybody must get a chance to meet them open
        return not any(program is not node.program and (node.touch.writes or writes) for program, writes in accesses)

    def _kill(self, state: bytes, thread: int, node: Node) -> list[bytes]:
        """The state without the thread, and, where it had copies to memory open, one with those spoilt."""
        kills = _unpack(state, self.kills_at) - 1
        killed = _put(state, thread * FIELD_BYTES, self.recoveries.get(thread, self.dead))
        asleep = _unpack(state, self.asleep_at) & ~(1 << thread)
        killed = _put(_put(killed, self.asleep_at, _pack(asleep)), self.kills_at, _pack(kills))
        poisoned = killed
        for touch in node.open_copies:
            for word in touch.words if touch.writes else ():
                poisoned = _put(poisoned, self._column(word), self._index(POISON))
        return [killed] if poisoned == killed else [killed, poisoned]

    def _wake(self, state: bytes, thread: int) -> bytes:
        node = self.nodes[_unpack(state, thread * FIELD_BYTES)]
        asleep = _unpack(state, self.asleep_at) & ~(1 << thread)
        return _put(_put(state, self.asleep_at, _pack(asleep)), thread * FIELD_BYTES, self._child(node, ()))

    def _execute(self, state: bytes, thread: int, node: Node) -> bytes:
        assert node.operation is not None, "a finished thread cannot move"
        kind, word, arguments = node.operation
        columns = [self._column(touched) for touched in node.touch.words]
        before = tuple(self._value(state, column) for column in columns)
        if kind == "wait" and before == arguments:
            return _put(state, self.asleep_at, _pack(_unpack(state, self.asleep_at) | 1 << thread))
        if kind == "notify":
            state = self._notify(state, word)
        if node.touch.writes:
            for column, value in zip(columns, _after(kind, before, arguments), strict=True):
                state = _put(state, column, self._index(value))
        result = before if kind in ("load", "read", "add", "exchange") else ()
        return _put(state, thread * FIELD_BYTES, self._child(node, result))

    def _notify(self, state: bytes, word: int) -> bytes:
        asleep = _unpack(state, self.asleep_at)
        for thread in range(len(self.names)):
            operation = self.nodes[_unpack(state, thread * FIELD_BYTES)].operation
            if asleep >> thread & 1 and operation is not None and operation[1] == word:
                state = self._wake(state, thread)
        return state

    def _column(self, word: int) -> int:
        if word not in self.columns:
            self.columns[word] = self.cells_at + len(self.columns) * FIELD_BYTES
            raise _Widened
        return self.columns[word]

    def _value(self, state: bytes, column: int) -> int:
        return self.values[_unpack(state, column)]

    def _index(self, value: int) -> bytes:
        packed = self.indices.get(value)
        if packed is None:
            packed = self.indices[value] = _pack(len(self.values))
            self.values.append(value)
        return packed

    def _story(self, path: Sequence[bytes]) -> str:
        """Tell what happened along `path`, one line a step."""
        lines = []
        for before, after in pairwise(path):
            moved = [t for t in range(len(self.names)) if _field(before, t) != _field(after, t)]
            for thread in moved or range(len(self.names)):
                operation = self.nodes[_unpack(before, thread * FIELD_BYTES)].operation
                if moved or (operation is not None and operation[0] == "wait"):
                    died = before[self.kills_at] != after[self.kills_at]
                    lines.append(f"{self.names[thread]}: {'killed before ' if died else ''}{operation}")
        return "\n".join(lines)


def _after(kind: str, before: tuple[int, ...], arguments: tuple[int, ...]) -> tuple[int, ...]:
    """Values of the touched words once the operation is done."""
    if kind in ("store", "write"):
        return arguments
    if kind == "add":
        return (signed(before[0] + arguments[0]),)
    return arguments[1:] if before == arguments[:1] else before


def _pack(value: int) -> bytes:
    return value.to_bytes(FIELD_BYTES, "little")


def _unpack(state: bytes, at: int) -> int:
    return state[at] | state[at + 1] << 8


def _put(state: bytes, at: int, packed: bytes) -> bytes:
    return state[:at] + packed + state[at + FIELD_BYTES :]


def _field(state: bytes, thread: int) -> bytes:
    return state[thread * FIELD_BYTES : (thread + 1) * FIELD_BYTES]
