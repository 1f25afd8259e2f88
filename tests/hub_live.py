"""A meeting of the hub as pure state, lived through input by input.

Owns what desk and store do around ``decide``: apply, keep, count. Must not judge anything.
"""

from __future__ import annotations

from typing import Any

from edge.contract import messages
from hub.clock import FIRST_S
from hub.meeting import commands, events
from hub.meeting.commands import Decision, Input, decide
from hub.meeting.evolve import apply, heard, heard_before, replay
from hub.meeting.state import Meeting
from tests import hub_room

ROSTER = commands.Configure("v1", "Giao ban", "open", 1, 3, {"main/1": "An"}, {"main/3": "chair"})


class Live:
    """A meeting that is lived through, and everything that happened in it."""

    def __init__(self) -> None:
        self.meeting = Meeting()
        self.happened: list[events.Event] = []
        self.now_s = FIRST_S

    def give(self, given: Input, after_s: float = 1.0) -> Decision:
        """Decide on one input and let it happen."""
        self.now_s += after_s
        decision = decide(self.meeting, given, self.now_s)
        for event in decision.events:
            self.meeting = apply(self.meeting, event)
            self.happened.append(event)
        if isinstance(given, commands.EventHeard) and not decision.held:
            self.meeting = heard(self.meeting, [(given.room, given.event.epoch, given.event.seq)])
        return decision

    def room(self, room: str = "main", boot: str = "b1") -> None:
        """A room comes up."""
        self.give(commands.StatusHeard(room, hub_room.status("online", boot)))
        self.give(commands.DescribeHeard(room, hub_room.describe(boot)))
        self.floor(room, hub_room.floor_state(boot))

    def floor(self, room: str, state: messages.FloorState, **more: Any) -> Decision:
        """A room's own floor arrives and is looked at a second later, unless told otherwise."""
        heard_s = self.now_s + 1.0 - more.get("waited_s", 0.0)
        return self.give(commands.FloorHeard(room, state, heard_s, more.get("contact", 1)))

    def press(self, seq: int, seat: str | None, intent: str = "ask", **more: Any) -> Decision:
        """A key is pressed."""
        room = seat.partition("/")[0] if seat is not None else "main"
        event = hub_room.press(room, seq, seat, intent, **more)
        return self.event(room, event)

    def event(self, room: str, event: messages.Event, **more: Any) -> Decision:
        """An event arrives and is looked at at once, unless told otherwise."""
        heard_s = self.now_s + 1.0 - more.get("waited_s", 0.0)
        return self.give(commands.EventHeard(room, event, heard_s, more.get("met", True)))

    @property
    def speaking(self) -> list[str]:
        """Who has the floor."""
        return [turn.seat for turn in self.meeting.floor.speaking]

    @property
    def queue(self) -> list[str]:
        """Who waits."""
        return [waiting.seat for waiting in self.meeting.floor.queue]

    def replayed(self) -> Meeting:
        """The meeting as a hub that starts reads it: records, then the keys of the inbox."""
        written = [events.to_json(event) for event in self.happened]
        again = replay(events.from_json(what, body) for what, body in written)
        for room in self.meeting.rooms.values():
            again = heard_before(again, room.id, room.heard)
        return again
