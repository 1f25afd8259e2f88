"""A small body in two rooms, and ways to walk its ballots: for the tests of ballots.

Owns the sample plan and the walk through the stages. Must not repeat any rule.
"""

from __future__ import annotations

from typing import Any

from edge.rules.ballot import step
from edge.rules.ballot_events import (
    Abort,
    Announce,
    Annul,
    Cast,
    Close,
    Count,
    Drained,
    Event,
    Mark,
    Open,
    Pause,
    Prepare,
    Slips,
    Withdraw,
)
from edge.rules.ballot_plan import Plan, Voter
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.presets import preset
from edge.rules.reasons import Sentence

VOTERS = {
    "an": Voter("main", "main/1", "chair", "Nguyễn Văn An"),
    "binh": Voter("main", "main/2", "secretary"),
    "chi": Voter("main", "main/3"),
    "dung": Voter("sat", "sat/1"),
    "giang": Voter("sat", "sat/2"),
    "khach": Voter("main", "main/9", "guest"),
}
EVERYBODY = frozenset(VOTERS)
TEXT = Sentence("Thông qua báo cáo", "Adopt the report")

LIFE: dict[Stage, tuple[Event, ...]] = {
    Stage.DRAFT: (),
    Stage.READY_CHECK: (Prepare(),),
    Stage.OPEN: (Prepare(), Open()),
    Stage.PAUSED: (Prepare(), Open(), Pause()),
    Stage.CLOSING: (Prepare(), Open(), Close()),
    Stage.COUNTED: (Prepare(), Open(), Close(), Count("an")),
    Stage.ANNOUNCED: (Prepare(), Open(), Close(), Count("an"), Announce(anyway=True)),
    Stage.ABORTED: (Prepare(), Open(), Abort("an", "noise")),
    Stage.ANNULLED: (Prepare(), Open(), Close(), Count("an"), Annul("an", "wrong text")),
    Stage.WITHDRAWN: (Prepare(), Withdraw("an", "not today")),
}
"""How a ballot comes to each stage."""


def plan(**changes: Any) -> Plan:
    """Five members and a guest in two rooms, the rule of a people's committee."""
    given: dict[str, Any] = {
        "id": "vote-7",
        "text": TEXT,
        "voters": VOTERS,
        "rooms": ("main", "sat"),
        "rule": preset("ubnd"),
        "closing_grace_s": 0.0,
    }
    return Plan(**given | changes)


def secret(**changes: Any) -> Plan:
    """The same as a secret ballot."""
    return plan(**{"kind": "secret", "press": "first_press"} | changes)


def at(stage: Stage, *, attending: frozenset[str] = EVERYBODY, **changes: Any) -> Ballot:
    """A ballot at ``stage`` with nobody's vote in it."""
    ballot = Ballot(plan(**changes), attending=attending)
    return play(ballot, *LIFE[stage])


def play(ballot: Ballot, *events: Event) -> Ballot:
    """The ballot after these events, one second apart."""
    for second, event in enumerate(events):
        ballot, _ = step(ballot, event, float(second))
    return ballot


def cast(person: str, *choices: str, **more: Any) -> Cast:
    """A press for the sample ballot; ``id`` and ``revision`` follow from it unless given."""
    revision = more.get("revision", 1)
    given: dict[str, Any] = {"generation": 1, "id": f"{person}-{revision}"}
    return Cast("vote-7", person=person, choices=choices, **given | more)


def mark(person: str, **more: Any) -> Mark:
    """The secret half of a vote that a room recorded."""
    return Mark("vote-7", 1, person, f"{person}-1", **{"recorded": True} | more)


def drained(room: str, *slips: tuple[str, int]) -> Drained:
    """The room has handed in everything, and its box."""
    return Drained("vote-7", 1, room, tuple(Slips((choice,), n) for choice, n in slips))
