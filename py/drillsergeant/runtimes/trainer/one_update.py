"""One update, told number by number, when somebody asks for it; nobody keeps what it comes to."""

from __future__ import annotations

from drillsergeant.drills.new_game import PLACES
from drillsergeant.runtimes.host import Host
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.messages import TellUpdate, UpdateTold
from drillsergeant.runtimes.trainer.trainer import Trainer

OWN_CODE = "The game is played by your code, which the learner has compiled only: restore the original first."


class UpdateTeller:
    """`storage.Keeper` that keeps nothing: the reference plays and learns between two updates, in NumPy."""

    def __init__(self, host: Host, trainer: Trainer, drill: str, hidden: tuple[int, ...]) -> None:
        """`drill`: its name, or its place on the page; `hidden`: units of each hidden layer."""
        self._host, self._trainer, self._drill, self._hidden = host, trainer, drill, hidden
        self._asked: TellUpdate | None = None

    def handle(self, message: messages.Message) -> bool:
        """Take the request; False for any other message."""
        if not isinstance(message, TellUpdate):
            return False
        self._asked = message
        return True

    async def turn(self) -> None:
        """Answer, if somebody has asked."""
        asked, self._asked = self._asked, None
        if asked is not None:
            answer = UpdateTold(why=OWN_CODE) if self._trainer.run_control.edit else await self._told(asked.seed)
            self._host.post(codec.encode(answer))

    def close(self) -> None:
        """There is nothing to keep."""

    async def _told(self, seed: int) -> UpdateTold:
        await self._host.load_package("numpy")  # no other part of this worker needs it
        from drillsergeant.drills import make
        from drillsergeant.drills.new_game import game_of
        from drillsergeant.learn.formulas.network import Network
        from drillsergeant.learn.reference.slow_update import slow_update

        drill = game_of(self._drill) if self._drill in PLACES else make(self._drill)
        network = Network.for_heads(len(drill.observation), drill.heads, self._hidden)
        hyper = self._trainer.run_control.next_hyper(self._trainer.progress.updates)
        return UpdateTold(slow_update(drill, network, self._trainer.learner.state(), hyper, seed).plain())
