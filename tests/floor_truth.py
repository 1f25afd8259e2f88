"""What people really did, seen by nobody in the world: the measure of what must come of it.

Owns what is still wanted. A deed is forgotten as soon as anything has answered it, or the one
machine that may have known of it is killed: what is left must have come true in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.rules.events import Effect, Granted, Refused
from edge.rules.intents import Intent
from edge.rules.reasons import Reason
from edge.rules.state import Floor, room_of


@dataclass(slots=True)
class Truth:
    """The deeds of a meeting."""

    asked_s: dict[str, float] = field(default_factory=dict)
    """When each seat asked last."""
    held: set[str] = field(default_factory=set)
    """Seats whose request nothing has ended."""
    left: set[str] = field(default_factory=set)
    """Seats that left, and have not been given the floor since."""
    silenced: set[str] = field(default_factory=set)
    """Seats of rooms that were restarted, and that have not been given the floor since."""
    let_go: set[str] = field(default_factory=set)
    """Chairs who hold priority no more."""
    contacts: set[str] = field(default_factory=set)
    """Rooms whose fire contact is closed."""
    fire: bool = False
    """There was an alarm, and nobody has acknowledged one since."""

    def press(self, intent: Intent, seat: str, at_s: float) -> None:
        """A key at ``seat``, or of the console in its room."""
        match intent:
            case "leave":
                self.held.discard(seat)
                self.left.add(seat)
            case "ask":
                self.asked_s[seat] = at_s
                self.held.add(seat)
                self.left.discard(seat)
            case "priority_held":
                self.let_go.discard(seat)
            case "priority_released" | "priority_pressed":
                self.let_go.add(seat)
            case "fire":
                self.contacts.add(room_of(seat))
                self.fire = True
            case "fire_over":
                self.contacts.discard(room_of(seat))
            case "fire_acknowledged":
                self.fire = False

    def effects(self, effects: tuple[Effect, ...]) -> None:
        """Some half of the floor has decided."""
        for effect in effects:
            if isinstance(effect, Granted) or (
                isinstance(effect, Refused) and effect.reason is not Reason.ALREADY_REQUESTED
            ):
                self.held.discard(effect.seat or "")
                self.left.discard(effect.seat or "")
            if isinstance(effect, Granted):
                self.silenced.discard(effect.seat)

    def killed(self, room: str, unsure: set[str | None], hub: Floor) -> None:
        """``unsure``: seats about which the room may have known better than the hub."""
        self.left = {seat for seat in self.left if room_of(seat) != room}
        self.silenced |= {seat for seat in hub.roles if room_of(seat) == room}
        self.held = {
            seat
            for seat in self.held
            if room_of(seat) != room or (hub.waits(seat) and seat not in unsure)
        }
        self.fire = self.fire and hub.alarm

    def forget(self, room: str) -> None:
        """The meeting came to the room or left it: what its people asked for ends there."""
        self.held = {seat for seat in self.held if room_of(seat) != room}
        self.left = {seat for seat in self.left if room_of(seat) != room}

    def check(self, hub: Floor) -> None:
        """Everything has been delivered: this is what came of it."""
        for seat in self.held:
            assert hub.speaks(seat) or hub.waits(seat)
        for seat in self.left:
            assert not hub.speaks(seat)
            assert not hub.waits(seat)
        assert hub.hold is None or hub.hold.seat not in self.let_go
        assert hub.alarm or not self.fire
        assert hub.fire_rooms == self.contacts
