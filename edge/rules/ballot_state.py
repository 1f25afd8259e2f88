"""How a ballot stands: its stage, who has voted, who counts as present, whether it is quorate.

Theory. A cast vote has one key: ballot, generation, person. Votes are kept by room and person,
so one more vote copies one room's part and not the whole body's. In a secret ballot a vote
holds no choice: ``votes`` says who, ``slips`` says what, as bare numbers without order or time.

Owns the state and what can be read from it. Must not say what an event does to it: that is
``edge.rules.ballot``.
All times are seconds on the clock of whoever keeps the ballot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from operator import attrgetter

from edge.rules.ballot_events import Cast, Effect, Entered, Event, Mark, Refused, Slips
from edge.rules.ballot_plan import Plan
from edge.rules.reasons import Reason


class Stage(StrEnum):
    """The life of a ballot."""

    DRAFT = "draft"
    READY_CHECK = "ready_check"
    OPEN = "open"
    PAUSED = "paused"
    CLOSING = "closing"
    COUNTED = "counted"
    ANNOUNCED = "announced"
    ABORTED = "aborted"
    ANNULLED = "annulled"
    WITHDRAWN = "withdrawn"


RUNNING = frozenset({Stage.OPEN, Stage.PAUSED})
HAS_RESULT = frozenset({Stage.COUNTED, Stage.ANNOUNCED, Stage.ANNULLED})


@dataclass(frozen=True, slots=True)
class HeldVote:
    """The vote that stands for one person. Without choices and time in a secret ballot."""

    id: str
    choices: tuple[str, ...] = ()
    revision: int = 1
    by: str | None = None
    at_s: float | None = None
    pressed_s: float | None = None
    """When it was pressed; None: when it came, at ``at_s``."""


@dataclass(frozen=True, slots=True)
class LateVote:
    """Arrived too late: shown apart. Without choices in a secret ballot."""

    person: str
    id: str
    choices: tuple[str, ...] = ()
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done: on the keeper's clock, and for people on the wall."""

    at_s: float
    ts: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended it without a standing result, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class QuorumSeen:
    """Present and needed, in persons, at one moment. Needed is 0 where there is no rule."""

    present: int
    members: int
    needed: int
    met: bool
    missing_roles: tuple[str, ...] = ()


Votes = Mapping[str, Mapping[str, HeldVote]]


@dataclass(frozen=True, slots=True)
class Ballot:
    """One generation of one ballot, whole."""

    plan: Plan
    stage: Stage = Stage.DRAFT
    attending: frozenset[str] = frozenset()
    """Signed in now; after the closing: at the closing. Holders of proxies included."""
    seen: frozenset[str] = frozenset()
    """Signed in at any time while the vote was running."""
    recused: frozenset[str] = frozenset()
    lost_rooms: frozenset[str] = frozenset()
    votes: Votes = field(default_factory=dict)
    """By room of the seat, then by person."""
    entered: frozenset[str] = frozenset()
    """Whose standing vote came from no room: from a page, or entered by hand in a roll call."""
    slips: tuple[Slips, ...] = ()
    """Secret ballot: what was chosen, sorted; as far as boxes have been handed in."""
    called: tuple[str, ...] = ()
    """Roll call: names in the order they were called; the last is called now."""
    late: tuple[LateVote, ...] = ()
    late_rooms: frozenset[str] = frozenset()
    drained: frozenset[str] = frozenset()
    opened: Moment | None = None
    opened_anyway: bool = False
    closed: Moment | None = None
    counted_by: str | None = None
    """Who counted without the rooms that are missing; None when none was missing."""
    deadline_s: float | None = None
    remaining_s: float | None = None
    """Of a timed vote, while it is paused."""
    quorum_opening: QuorumSeen | None = None
    ending: Ending | None = None

    @property
    def is_secret(self) -> bool:
        """Who and what are kept apart."""
        return self.plan.kind == "secret"

    def is_member(self, person: str) -> bool:
        """Listed with a voting role and not recused."""
        return (
            self.plan.is_listed(person)
            and person not in self.recused
            and person not in self.plan.recused
        )

    def members(self) -> list[str]:
        """Everybody who counts in *all members*, in the order of the list."""
        return [person for person in self.plan.voters if self.is_member(person)]

    def vote_of(self, person: str) -> HeldVote | None:
        """The vote that stands for ``person``."""
        voter = self.plan.voters.get(person)
        return None if voter is None else self.votes.get(voter.room, {}).get(person)

    def held(self) -> Iterator[tuple[str, HeldVote]]:
        """Every vote that stands, with its person."""
        for room in self.votes.values():
            yield from room.items()

    def is_present(self, person: str) -> bool:
        """Whether the member counts as present.

        Signed in, in a room that counts and can be reached; or a vote of theirs is in, whatever
        happened to them afterwards.
        """
        if self.vote_of(person) is not None:
            return True
        room = self.plan.voters[person].room
        return (
            self.plan.holder(person) in self.attending
            and room not in self.lost_rooms
            and room not in self.plan.uncounted_rooms
        )

    def present(self) -> list[str]:
        """The members who count as present, in the order of the list."""
        return [person for person in self.members() if self.is_present(person)]

    def quorum(self) -> QuorumSeen:
        """Quorum and required roles as they are now."""
        members, rule = self.members(), self.plan.rule
        present = [person for person in members if self.is_present(person)]
        if rule is None:
            return QuorumSeen(len(present), len(members), 0, met=True)
        roles = {self.plan.voters[person].role for person in present}
        needed = rule.quorum.needed(len(members))
        return QuorumSeen(
            len(present),
            len(members),
            needed,
            met=len(present) >= needed,
            missing_roles=tuple(role for role in rule.required_roles if role not in roles),
        )

    def rooms_not_heard(self) -> list[str]:
        """Rooms that have not said that every vote is in."""
        return sorted(self.plan.awaited_rooms - self.drained)

    def with_vote(self, person: str, vote: HeldVote, *, entered: bool = False) -> Ballot:
        """The ballot with this vote standing for ``person``; ``entered``: it came from no room."""
        room = self.plan.voters[person].room
        of_room = {**self.votes.get(room, {}), person: vote}
        ballot = _with_votes(self, {**self.votes, room: of_room})
        if entered == (person in self.entered):
            return ballot
        return replace(ballot, entered=self.entered ^ {person})


def _with_votes(ballot: Ballot, votes: Votes) -> Ballot:
    """As ``replace``, in a third of its time: this is done for every vote."""
    values = list(_VALUES(ballot))
    values[_VOTES_PLACE] = votes
    return Ballot(*values)


_NAMES = tuple(each.name for each in fields(Ballot))
_VALUES = attrgetter(*_NAMES)
_VOTES_PLACE = _NAMES.index("votes")


@dataclass(frozen=True, slots=True)
class Interim:
    """What may be shown while the vote runs. ``counts`` is None where it must stay hidden."""

    voted: int
    present: int
    counts: Mapping[str, int] | None


def interim(ballot: Ballot) -> Interim:
    """How many have voted; the counts only where the plan shows them before the end."""
    voted = sum(len(room) for room in ballot.votes.values())
    may_show = ballot.stage in HAS_RESULT or ballot.plan.show_interim
    return Interim(voted, len(ballot.present()), tally(ballot) if may_show else None)


def tally(ballot: Ballot) -> dict[str, int]:
    """How many chose each option."""
    counts = {option.id: 0 for option in ballot.plan.options}
    slips = ballot.slips if ballot.is_secret else [Slips(v.choices, 1) for _, v in ballot.held()]
    for slip in slips:
        for choice in slip.choices:
            counts[choice] += slip.count
    return counts


def together(slips: Iterable[Slips]) -> tuple[Slips, ...]:
    """The same slips with equal ones added up, in an order that says nothing."""
    totals: dict[tuple[str, ...], int] = {}
    for slip in slips:
        choices = tuple(sorted(slip.choices))
        totals[choices] = totals.get(choices, 0) + slip.count
    return tuple(Slips(choices, count) for choices, count in sorted(totals.items()))


# --- the two answers of every rule ---------------------------------------------------------------

Outcome = tuple[Ballot, tuple[Effect, ...]]


def refuse(ballot: Ballot, event: Event, reason: Reason) -> Outcome:
    """The very same ballot, and why nothing changed."""
    if isinstance(event, Cast | Mark):
        return ballot, (Refused(reason, event.person, event.id),)
    return ballot, (Refused(reason),)


def enter(ballot: Ballot, stage: Stage) -> Outcome:
    """The ballot in another stage."""
    return replace(ballot, stage=stage), (Entered(stage),)
