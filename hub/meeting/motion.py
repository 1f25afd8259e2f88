"""What is put to the vote, before there is a ballot of it; and who is in the list.

Theory. A motion says everything about a vote but who takes part. Who does is read from the
roster, and from the rooms, when the ballot is made ready: then the plan is fixed and its record
begins. Until then a motion can be changed.

Owns motions, the roster's entries, and the plan that follows from both. Must not know events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.rules import plain
from edge.rules.ballot_labels import LABEL_SETS, Option
from edge.rules.ballot_plan import (
    CLOSING_GRACE_S,
    MEMBER_ROLES,
    Kind,
    OnRoomLost,
    Plan,
    PressRule,
    Voter,
)
from edge.rules.floor import room_of
from edge.rules.majority import Rule, parse_rule
from edge.rules.presets import PRESETS
from edge.rules.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the roster: who has this seat. ``role`` None: as the room says of the seat."""

    person: str
    seat: str
    name: str = ""
    role: str | None = None
    weight: int = 1
    proxy: str | None = None
    """Who sits there instead (uỷ quyền)."""

    @property
    def sitter(self) -> str:
        """Who signs in at the seat."""
        return self.person if self.proxy is None else self.proxy


@dataclass(frozen=True, slots=True)
class Motion:
    """One item to be voted on. Fields as in ``edge.rules.ballot_plan.Plan``."""

    id: str
    text: Sentence
    rule: Rule | None = None
    kind: Kind = "open"
    label_set: str = "law"
    options: tuple[Option, ...] = LABEL_SETS["law"]
    picks_min: int = 1
    picks_max: int = 1
    press: PressRule = "last_press"
    item: str = ""
    recused: frozenset[str] = frozenset()
    uncounted_rooms: frozenset[str] = frozenset()
    proxy_vote: bool = False
    show_interim: bool = False
    duration_s: float | None = None
    on_room_lost: OnRoomLost = "pause"
    may_open_without_quorum: bool = False
    closing_grace_s: float = CLOSING_GRACE_S
    is_training: bool = False
    by_file: bool = False
    """From the meeting's file: it goes when the file does not have it any more."""

    def __post_init__(self) -> None:
        """Everything that a plan refuses whoever is in the list.

        Raises:
            ValueError: key, value and bound.
        """
        rooms = ("any", *self.uncounted_rooms)
        self._plan({}, rooms, meeting="", gate=False)

    def _plan(
        self, voters: Mapping[str, Voter], rooms: tuple[str, ...], *, meeting: str, gate: bool
    ) -> Plan:
        return Plan(
            id=self.id,
            text=self.text,
            voters=voters,
            rooms=rooms,
            rule=self.rule,
            kind=self.kind,
            label_set=self.label_set,
            options=self.options,
            picks_min=self.picks_min,
            picks_max=self.picks_max,
            press=self.press,
            meeting=meeting,
            item=self.item,
            recused=self.recused,
            uncounted_rooms=self.uncounted_rooms & frozenset(rooms),
            gate_voting_by_attendance=gate,
            proxy_vote=self.proxy_vote,
            show_interim=self.show_interim,
            duration_s=self.duration_s,
            on_room_lost=self.on_room_lost,
            may_open_without_quorum=self.may_open_without_quorum,
            closing_grace_s=self.closing_grace_s,
            is_training=self.is_training,
        )

    def plan(
        self, members: Iterable[Member], roles: Mapping[str, str], *, meeting: str, gate: bool
    ) -> Plan:
        """The plan of the first generation.

        Args:
            members: the list.
            roles: by seat, as the floor knows them; a seat that no room has is a delegate's.
            meeting: title of the meeting.
            gate: only who is signed in may vote.

        Raises:
            ValueError: key, value and bound; for one when nobody in the list may vote.
        """
        voters = {}
        for member in members:
            role = roles.get(member.seat) or member.role or "delegate"
            if role in MEMBER_ROLES:
                voters[member.person] = Voter(
                    room_of(member.seat),
                    member.seat,
                    role,
                    member.name,
                    member.weight,
                    member.proxy,
                )
        rooms = tuple(dict.fromkeys(voter.room for voter in voters.values()))
        return self._plan(voters, rooms, meeting=meeting, gate=gate)


def rule_of(given: str | Mapping[str, Any] | None) -> Rule | None:
    """A rule by the name of a preset, or as data, which may name a ``preset`` and changes to it.

    Raises:
        ValueError: no such preset, or what does not fit.
    """
    if given is None:
        return None
    changes = {"preset": given} if isinstance(given, str) else dict(given)
    name = changes.pop("preset", None)
    if name is None:
        return parse_rule(changes, "rule")
    if name not in PRESETS:
        raise ValueError(f"rule: {plain.shown(name)}, must be one of {', '.join(PRESETS)}")
    return parse_rule({"name": name, **PRESETS[name], **changes}, "rule")


def options_of(label_set: str, given: Iterable[Option] = ()) -> tuple[Option, ...]:
    """The options in ``given``, else those of the label set.

    Raises:
        ValueError: there is no such label set.
    """
    options = tuple(given)
    if not options and label_set not in LABEL_SETS:
        raise ValueError(
            f"label_set: {plain.shown(label_set)}, must be one of {', '.join(LABEL_SETS)}"
        )
    return options or LABEL_SETS[label_set]
