"""A mark that a room recorded is never refused, so no box holds a slip without its mark.

A slip cannot be taken out of a box again: nobody knows which it is (decision 32). What keeps box
and marks together is that the hub takes every mark that a room took by what it had been told,
however old that was: people come and go, the vote pauses and closes, messages are late both ways.

Owns this law over the rules of both ends. How a room keeps box and mark together on its disk:
``test_voting_laws``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.ballot_messages import paper_of
from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules.ballot_state import RUNNING, Stage
from edge.rules.seat_votes import Cast, Held, Paper, Standing, as_told, judge
from hub import outgoing_ballots
from hub.meeting import commands
from tests.hub_votes import Sitting, box, drained, mark, secret

ROOMS = ("main", "sat")
SEATS = (1, 2, 3)
PLACES = st.sampled_from(("main/1", "main/2", "sat/1"))

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("press", "come", "go")), PLACES),
        st.tuples(st.sampled_from(("told", "heard")), PLACES),
        st.tuples(st.sampled_from(("pause", "resume", "recuse")), st.just("main/2")),
    ),
    min_size=8,
    max_size=40,
)


@dataclass
class Room:
    """What a room was told, what it took, what of it is on its way."""

    name: str
    told: deque[messages.Ballot] = field(default_factory=deque)
    paper: Paper | None = None
    voted: dict[int, Held] = field(default_factory=dict)
    sent: deque[messages.Event] = field(default_factory=deque)
    seq: int = 0
    is_drained: bool = False

    def hear(self) -> None:
        """The next message arrives; at the closing everything is handed in."""
        if not self.told:
            return
        paper = paper_of(self.told.popleft())
        self.paper = None if paper is None else as_told(replace(paper, can_seal=True), False)
        if self.paper is not None and self.paper.stage is Stage.CLOSING and not self.is_drained:
            self.is_drained = True
            self.seq += 1
            inside = ["yes"] * len(self.voted)
            self.sent.append(drained(self.name, self.seq, box(self.name, *inside)))

    def press(self, seat: int) -> None:
        """A vote key; the slip goes into the box with the mark."""
        if isinstance(judge(self.paper, seat, self.voted.get(seat), "yes"), Cast):
            self.voted[seat] = Held((), 1, Standing.RECORDED)
            self.seq += 1
            self.sent.append(mark(f"{self.name}/{seat}", self.seq))


def tell(sitting: Sitting, rooms: dict[str, Room]) -> None:
    """The hub says what it has to say, each thing once."""
    for name, message in outgoing_ballots.ballots(sitting.meeting, 1).items():
        known = rooms[name].told[-1] if rooms[name].told else None
        if message != known:
            rooms[name].told.append(message)


def hand_over(sitting: Sitting, room: Room) -> None:
    """The next event of the room arrives, and is taken."""
    if room.sent:
        event = room.sent.popleft()
        decision = sitting.hear(event)
        assert decision.refused is None, (event.kind, decision.refused)


@settings(max_examples=80)
@given(st.booleans(), steps)
def test_what_a_room_recorded_is_taken_and_every_slip_has_its_mark(
    gate: bool, chosen: list[tuple[str, str]]
) -> None:
    sitting = Sitting(secret(on_room_lost="continue_without"), gate=gate)
    rooms = {name: Room(name) for name in ROOMS}
    everybody = tuple(f"{room}/{seat}" for room in ROOMS for seat in SEATS)
    sitting.give(commands.SignInOrder(everybody, None, True, "t"))
    sitting.order(act.Prepare("t"), act.Open("t", anyway=True))
    assert sitting.ballot().stage is Stage.OPEN
    tell(sitting, rooms)
    for room in rooms.values():
        room.hear()
    for what, seat in chosen:
        name, _, number = seat.partition("/")
        match what:
            case "press":
                rooms[name].press(int(number))
            case "come" | "go":
                sitting.give(commands.SignInOrder((seat,), None, what == "come", "t"))
            case "told":
                rooms[name].hear()
            case "heard":
                hand_over(sitting, rooms[name])
            case "pause":
                sitting.order(act.Pause("t"))
            case "resume":
                sitting.order(act.Resume("t"))
            case _:
                sitting.order(act.Recuse(seat, "t"))
        tell(sitting, rooms)
    assert sitting.ballot().stage in RUNNING
    sitting.order(act.Close("t"))
    tell(sitting, rooms)
    for room in rooms.values():
        while room.told:
            room.hear()
        while room.sent:
            hand_over(sitting, room)
    ballot = sitting.ballot()
    assert ballot.stage is Stage.COUNTED
    taken = sum(len(room.voted) for room in rooms.values())
    assert sum(slip.count for slip in ballot.slips) == taken
    assert sum(map(len, ballot.votes.values())) == taken
