"""What one commit writes, all of it or nothing.

Owns the shape of a commit. Must not know SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.rules.ballot_journal import Line
from hub.meeting import events
from hub.meeting.inputs import Decision, KeyChange
from hub.meeting.state import BallotKey
from hub.store.answers import Answered
from hub.store.inbox import Decided


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message nobody could read, kept for whoever looks for the fault."""

    topic: str
    why: str
    raw: bytes
    is_timeless: bool = False
    """When it came must not be known."""


@dataclass(slots=True)
class Change:
    """Events, keys of the messages they came from, lines of ballots, dead letters, answers."""

    happened: list[events.Event] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    lines: list[tuple[BallotKey, Line]] = field(default_factory=list)
    keys: list[KeyChange] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)

    def __bool__(self) -> bool:
        """There is something to write."""
        parts = (self.happened, self.decided, self.dead, self.lines, self.keys, self.answered)
        return any(parts)

    def add(self, decision: Decision) -> None:
        """Take what a decision leaves behind."""
        self.happened += decision.events
        self.keys += decision.keys
        for done in decision.ballots:
            if done.line is not None:
                self.lines.append((done.journal.ballot.plan.key, done.line))
