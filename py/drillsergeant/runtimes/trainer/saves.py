"""What the trainer keeps: the run in hand, saved by itself every so often, and whatever is asked of saved runs.

The run in hand has a name from its first save on, and this worker holds the lock of that name, so that no other tab
saves under it. Every request is answered with `Runs`. One that cannot be met changes nothing: what was learned stays
in the learner, what was saved stays where it is, and the answer says why.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from drillsergeant.learn.files import dshq
from drillsergeant.learn.files.dshq import PolicyFile, read_policy, write_policy
from drillsergeant.learn.files.run_progress import RunProgress
from drillsergeant.learn.files.schema import Schema
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.program import Program
from drillsergeant.runtimes.host import Host, RunLocks
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.messages import RUN_REQUESTS
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive, check_name, visible
from drillsergeant.runtimes.trainer.run_file import RunFile
from drillsergeant.runtimes.trainer.run_list import RunList
from drillsergeant.runtimes.trainer.saved_run import Capture, Leave, OtherGame, Run, export_of, in_other_game
from drillsergeant.runtimes.trainer.undo.deleted_runs import DeletedRuns
from drillsergeant.runtimes.trainer.undo.left_run import LeavingRun, LeftRun
from drillsergeant.tasks import Tasks

AUTOSAVE_EVERY_S, FIRST_SAVE_S = 20.0, 3.0
GONE = -1  # the version that is saved, where none is any more

# Last saves that are still being written, when whoever began them is gone.
_finishing = Tasks()


class Saves:
    """Requests wait until the trainer is between two updates and calls `turn`."""

    def __init__(
        self, host: Host, archive: Archive, locks: RunLocks, schema: Schema, title: str, run: Run, keeps: bool = True
    ) -> None:
        """`title` names new runs. `keeps`: whether anything is saved unasked, or loaded at all."""
        self._host, self._archive, self._locks = host, archive, locks
        self._schema, self._title, self._run, self._keeps = schema, title, run, keeps
        self._waiting: deque[messages.Message | Leave] = deque()
        self._list = RunList(archive)
        self._file = RunFile(archive, locks, self._list)
        self._deleted = DeletedRuns(archive, locks, self._file, self._list, run.acts, self._read_again)
        self._edit = ""
        self._saved_version = run.moment().version
        self._tried_s = host.now_s()
        self._was_training = False
        self._loaded = RunProgress()  # of the run that was loaded: how good it was, until that is measured again

    def handle(self, message: messages.Message) -> bool:
        """Take a message about saved runs; False for any other, of which those are noticed that begin another run."""
        if isinstance(message, messages.ResetTrainer):
            self.branch("started over")
        elif isinstance(message, messages.SetGame):
            if message.edit != self._edit:
                self.branch()
            self.play(message.program, message.edit)
        elif isinstance(message, RUN_REQUESTS):
            self._waiting.append(message)
            return True
        return False

    def branch(self, did: str = "") -> None:
        """What follows is another run, or this one on another way: what there is so far stays saved as it is. `did`
        says what is done to it, where that can be taken back."""
        left = self._in_hand() if did else None
        self._waiting.append(Leave(self._policy() if self._changed() else None, left))
        self._undoable(did, left)

    def play(self, program: str, edit: str) -> None:
        """The game is this program from now on, made of the reader's code `edit`; "" is the original."""
        facts = Program.from_json(program)
        self._schema, self._edit = Schema.of(facts.drill, facts.network.hidden), edit
        self._title = facts.drill.words.title

    def close(self) -> None:
        """The trainer ends here while its worker goes on: keep what it learned, then let go of the run."""
        _finishing.begin(self._finish(self._policy() if self._changed() else None))

    async def _finish(self, policy: PolicyFile | None) -> None:
        with contextlib.suppress(StorageError):  # there is nobody left to refuse it to; what was saved before stays
            self._tell("", left=await self._leave(policy))

    async def turn(self) -> None:
        """Do what waits, and save if it is time to."""
        while self._waiting:
            await self._answer(self._waiting.popleft())
        stopped = self._was_training and not self._run.training
        self._was_training = self._run.training
        if not self._keeps:
            return
        # Early at first, when seconds are all there is to lose; never more than half of it.
        every_s = min(AUTOSAVE_EVERY_S, max(FIRST_SAVE_S, self._run.moment().t_s / 2))
        waited_s = self._host.now_s() - self._tried_s
        if self._changed():
            if stopped or waited_s >= every_s:
                await self._answer(messages.SaveRun())
        elif waited_s >= AUTOSAVE_EVERY_S:
            self._tried_s = self._host.now_s()
            if not await self._file.there():  # the site's data was cleared: what it had is to be saved again
                self._saved_version = GONE
                await self._answer(messages.SaveRun())

    async def _answer(self, request: messages.Message | Leave) -> None:
        imported = request.name if isinstance(request, messages.ImportRun) else ""
        try:
            note = await self._obey(request)
        except OtherGame as other:
            self._tell(str(other), refused=True, imported=imported, other_game={"edit": other.edit})
        except (StorageError, ValueError) as wrong:
            if isinstance(wrong, StorageError) and wrong.kind == "nowhere":
                self._file.trouble = wrong.kind
            self._tell(str(wrong), refused=True, imported=imported)
        else:
            self._tell(note, imported=imported)

    async def _obey(self, request: messages.Message | Leave) -> str:
        """Returns what to tell about it. Raises StorageError or ValueError with the reason why not."""
        match request:
            case Leave(policy=policy, left=kept):
                left = await self._leave(policy)
                if kept is not None:
                    kept.name = left
                return f"What it had learned is still saved as {left!r}" if left else ""
            case messages.ListRuns():
                await self._list.read(self._schema)
                await self._deleted.remember()
                return ""
            case messages.SaveRun(name=name):
                return await self._save_as(name)
            case messages.LoadRun():
                return await self._load(request)
            case messages.DeleteRun(name=name):
                return await self._deleted.delete(name)
            case messages.RenameRun(name=name, to=to):
                return await self._rename(name, check_name(to))
            case messages.ImportRun():
                return await self._import(request)
            case messages.ExportRun(form=form):
                return self._export(form)
        raise AssertionError(f"{request} is no request")

    # Saving.

    def _changed(self) -> bool:
        """Whether there is anything learned that is not saved."""
        now = self._run.moment()
        return now.version != self._saved_version and now.decisions > 0

    def _policy(self, captured: Capture | None = None) -> PolicyFile:
        now, captured = self._run.moment(), captured or self._run.capture()
        known = self._loaded if captured.win_rate is None else captured
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        progress = RunProgress(
            now.decisions, now.t_s, known.win_rate, created, now.version, known.mean_return, now.lesson
        )
        return captured.as_file(self._schema, progress, self._edit)

    async def _save(self) -> str:
        """Save the run in hand, under the name that it has or gets; returns what there is to tell about it."""
        self._tried_s = self._host.now_s()
        version, policy = self._run.moment().version, self._policy()
        note = await self._file.save(policy, self._title)
        self._saved_version = version
        return note

    async def _save_as(self, name: str) -> str:
        """A copy under another name; no name: the run in hand, now."""
        if not name or name == self._file.name:
            failed, note = self._file.trouble, ""
            if self._changed() and (name or self._keeps):
                note = await self._save()
            again = " again," if failed and not self._file.trouble else ""
            return note or (f"Saved{again} as {self._file.name!r}" if name or again else "")
        name = check_name(name)
        policy = self._policy()
        if name in await self._archive.taken() or not await self._locks.hold(name):
            raise StorageError("busy", f"there is a run named {name!r} already; choose another name")
        try:
            await self._archive.save(name, write_policy(policy))
        finally:
            self._locks.let_go(name)
        self._list.put(name, policy)
        return f"Saved a copy as {name!r}"

    async def _leave(self, policy: PolicyFile | None) -> str:
        """Give up the name, so that what begins now does not replace what was; returns it."""
        name, self._loaded = self._file.name if await self._file.there() else "", RunProgress()
        try:
            if policy is not None and self._keeps:
                await self._file.save(policy, self._title)
                name = self._file.name
        finally:
            self._take("")
        return name

    def _take(self, name: str) -> None:
        """The run in hand, as it is saved, is called this from now on."""
        self._file.take(name)
        self._saved_version = self._run.moment().version

    # Loading.

    async def _load(self, request: messages.LoadRun) -> str:
        """Go on with a saved run. `newest`: with the weights in use and snapshots, which a trainer has left."""
        name = request.name
        saved = await self._archive.load(name)
        other = in_other_game(name, saved.content, self._schema, self._edit, request.newest or request.anyway)
        policy = read_policy(saved.content, self._schema)
        if request.newest:
            await self._list.read(self._schema)  # which the trainer before knew
            await self._deleted.remember()
            arrays = policy.state.arrays | {"parameters": self._run.capture().state.arrays["parameters"]}
            progress = replace(policy.progress, lesson=self._run.moment().lesson)
            policy = replace(policy, state=replace(policy.state, arrays=arrays), progress=progress)
        else:
            await self._secure()
        left = None if request.newest else self._in_hand()
        mine = (request.newest or not other) and not saved.newer and await self._locks.hold(name)
        self._resume(replace(policy, versions=()) if request.newest else policy, name, other)
        if request.newest:
            self._run.restore_timeline(request.timeline, policy)
        self._take(name if mine else "")
        self._undoable(f"continued “{name}”", left)
        told = f"Continued {name!r}"
        if saved.damaged:
            told += "; its very last save was not finished, this is the one before"
        if not mine:
            self._file.name = await self._file.new_name(name)
            why = "which is open in another tab"
            if other or saved.newer:
                newer = "as it was before a newer version of this page saved it, which is kept as it is"
                why = newer if saved.newer else "in the game that is played now"
            told += f", {why}: this tab goes on with a copy and saves it as {self._file.name!r}"
        return told

    async def _import(self, request: messages.ImportRun) -> str:
        name, content = request.name, request.content
        if not isinstance(content, bytes | bytearray | memoryview):
            raise ValueError(f"a file holds bytes, this is {type(content).__name__}")
        other = in_other_game(name, bytes(content), self._schema, self._edit, request.anyway)
        policy = read_policy(bytes(content), self._schema)
        try:
            await self._secure()
        except StorageError as wrong:
            if wrong.kind != "nowhere":  # where nothing can ever be kept, nothing would ever be taken
                raise
        base, left = visible(name.removesuffix(dshq.SUFFIX)).strip(), self._in_hand()
        self._resume(policy, name, other)
        self._take("")
        self._undoable(f"took in the file “{visible(name)}”", left)
        try:
            self._file.name = await self._file.new_name(base or self._title)
            self._saved_version = GONE
            await self._save()
        except StorageError as wrong:
            self._file.trouble = wrong.kind
            return f"Imported {name!r}. {wrong}"
        return f"Imported {name!r}; it is saved as {self._file.name!r}"

    async def _secure(self) -> None:
        """Before something else takes its place: save what was learned."""
        if not self._keeps:
            raise ValueError("in lockstep the weights depend on nothing but the page's address: nothing is loaded")
        if self._changed():
            try:
                await self._save()
            except StorageError as wrong:
                raise StorageError(wrong.kind, f"Nothing else is loaded: {wrong}") from wrong

    def _resume(self, policy: PolicyFile, name: str, other: bool, states: Sequence[LearnerState] = ()) -> None:
        """`other`: in another game than it was trained in, of which its results tell nothing."""
        policy = replace(policy, games=(), progress=replace(policy.progress, lesson=0)) if other else policy
        self._run.resume(policy, f"Continued {name!r} after {policy.progress.decisions:,} decisions", states)
        self._loaded = policy.progress

    # Taking back.

    def _in_hand(self) -> LeftRun | None:
        """The run in hand, to be had back later; None where nothing was learned, or nothing is ever loaded."""
        if not self._keeps or not self._run.moment().decisions:
            return None
        captured = self._run.capture(whole=True)
        return LeftRun(self._policy(captured), captured.states, self._file.name)

    def _undoable(self, did: str, left: LeftRun | None) -> None:
        if left is not None:
            self._run.acts.add(LeavingRun(did, left, self._exchange))

    async def _exchange(self, back: LeftRun) -> LeftRun:
        """Put a run that was left back in hand; returns the one that was."""
        captured = self._run.capture(whole=True)
        mine = LeftRun(self._policy(captured), captured.states)
        with contextlib.suppress(StorageError):  # it is not lost: whoever asked has all of it
            mine.name = await self._leave(mine.policy if self._changed() else None)
        self._resume(back.policy, back.name or self._title, back.policy.edit != self._edit, back.states)
        is_there = back.name and back.name in await self._archive.names() and await self._locks.hold(back.name)
        self._take(back.name if is_there else "")
        if not is_there:
            self._saved_version = GONE
        self._tell("")
        return mine

    async def _read_again(self) -> None:
        """Other runs are there than before."""
        await self._list.read(self._schema)
        self._tell("")

    # The list.

    async def _rename(self, name: str, to: str) -> str:
        await self._file.hold(name)
        if to == name or not await self._locks.hold(to):
            raise StorageError("busy", f"there is a run named {to!r} already; choose another name")
        unused = [to] if name == self._file.name else [name, to]
        try:
            await self._archive.rename(name, to)
            if name == self._file.name:
                self._file.name, unused = to, [name]
        finally:
            for each in unused:
                self._locks.let_go(each)
        self._list.rename(name, to)
        return f"{name!r} is now {to!r}"

    # What the page hears.

    def _export(self, form: str) -> str:
        self._host.post(codec.encode(exported := export_of(self._policy(), form, self._file.name or self._title)))
        return f"Exported {exported.filename}"

    def _tell(self, note: str, **facts: Any) -> None:
        """Say `note`, and those of the fields of `Runs` that `facts` has."""
        name, trouble = self._file.name, self._file.trouble if self._keeps else "lockstep"
        drill = self._schema.place or self._schema.drill  # as the page calls it
        runs, saved = self._list.plain(), self._list.created(name)
        told = messages.Runs(runs, name, saved, note, drill=drill, trouble=trouble, **facts)
        self._host.post(codec.encode(told))
