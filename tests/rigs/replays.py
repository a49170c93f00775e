"""A match on screen with everything in it that a replay has to hold: hands, a visitor, resets, others at the wheel."""

from __future__ import annotations

from drillsergeant.drills.contract import Continuous, Drill
from drillsergeant.learn.files.dshr import Replay
from drillsergeant.runtimes.protocol import messages

from tests.fakes.theatre import FRAME_S, Theatre


def eventful(name: Drill | str, seconds: float = 4.0) -> Theatre:
    """A show that has played so long: by weights, by chance, the bot and a visitor, dragged about and reset."""
    theatre = Theatre(seed=5, name=name)
    theatre.publish(1)
    show, drill = theatre.show, theatre.drill
    frames = round(seconds / FRAME_S)
    middle = [head.high if isinstance(head, Continuous) else len(head.choices) - 1 for head in drill.heads]
    theatre.frames(frames // 4)
    show.handle(messages.SetPlayers(messages.VISITOR, messages.RANDOM))
    show.handle(messages.Input(action=middle))
    theatre.frames(frames // 4)
    show.handle(messages.SetPlayers(messages.NEWEST, messages.SCRIPTED))
    if bodies := drill.scene.bodies:
        state, body = theatre.match.state(), bodies[-1]
        for step in range(12):  # picked up, carried and thrown
            show.handle(messages.Input(x_m=state[body.x] + 0.03 * step, y_m=state[body.y]))
            theatre.frames(1)
        show.handle(messages.Input(released=True))
    theatre.frames(frames // 4 + 1)
    for _ in range(3):  # in the middle of a decision, too
        show.advance()
    show.handle(messages.ResetShow(77))
    theatre.frames(frames // 4)
    for _ in range(2):
        show.advance()
    return theatre


def cut(theatre: Theatre, edit: str = "") -> Replay:
    """The replay of a show's match so far."""
    (match,) = theatre.show.screen_matches
    replay = match.recorder.replay(match.after, 5, edit, ("Learner", "Bot"))
    assert replay is not None, "something was played"
    return replay
