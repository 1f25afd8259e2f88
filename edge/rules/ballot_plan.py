"""What a ballot is before anybody votes: question, options, rule, who is entitled, and how.

Owns the plan and its bounds. Must not know what happened: that is ``edge.rules.ballot_state``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge.rules.ballot_labels import LABEL_SETS, Option
from edge.rules.majority import Rule, require
from edge.rules.reasons import Sentence

Kind = Literal["open", "secret", "roll_call"]
PressRule = Literal["first_press", "last_press"]
OnRoomLost = Literal["pause", "continue_without", "abort_and_repeat"]

MAX_OPTIONS = 24
"""As many answers as the largest multi-voting unit offers (Bosch LBB 4176)."""

MEMBER_ROLES: frozenset[str] = frozenset({"chair", "vice_chair", "secretary", "member", "delegate"})
"""Roles that vote when they are in the list; guests and observers never do."""

CLOSING_GRACE_S = 2.0
"""So long the chair waits for rooms before closing without them becomes possible."""


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody in the list, and where their seat is."""

    room: str
    seat: str | None = None
    role: str = "delegate"
    name: str = ""
    weight: int = 1
    proxy: str | None = None
    """Who holds the seat instead (uỷ quyền); means something only where proxies are allowed."""

    def __post_init__(self) -> None:
        """Bounds."""
        require(self.weight >= 1, "weight", self.weight, "at least 1")


@dataclass(frozen=True, slots=True)
class Plan:
    """One generation of one ballot. Voting again is the same ballot, generation + 1.

    ``voters`` is the list by person. ``rooms`` take part and must report *drained* at closing;
    members in ``uncounted_rooms`` are neither present nor may they vote, but stay members.
    """

    id: str
    text: Sentence
    voters: Mapping[str, Voter]
    rooms: tuple[str, ...]
    rule: Rule | None = None
    """None asks for an opinion: counts, no outcome."""
    generation: int = 1
    kind: Kind = "open"
    label_set: str = "law"
    options: tuple[Option, ...] = LABEL_SETS["law"]
    picks_min: int = 1
    picks_max: int = 1
    """Choose k of n: between so many and so many options per ballot."""
    press: PressRule = "last_press"
    meeting: str = ""
    item: str = ""
    recused: frozenset[str] = frozenset()
    uncounted_rooms: frozenset[str] = frozenset()
    member_roles: frozenset[str] = MEMBER_ROLES
    gate_voting_by_attendance: bool = True
    proxy_vote: bool = False
    show_interim: bool = False
    duration_s: float | None = None
    on_room_lost: OnRoomLost = "pause"
    may_open_without_quorum: bool = False
    closing_grace_s: float = CLOSING_GRACE_S
    is_training: bool = False

    def __post_init__(self) -> None:
        """Bounds, and what cannot go together."""
        ids = [option.id for option in self.options]
        require(self.generation >= 1, "generation", self.generation, "at least 1")
        require(2 <= len(ids) <= MAX_OPTIONS, "options", len(ids), f"2 to {MAX_OPTIONS} options")
        require(len(set(ids)) == len(ids), "options", ids, "different from each other")
        require(
            1 <= self.picks_min <= self.picks_max <= len(ids),
            "picks_min",
            f"{self.picks_min} to {self.picks_max}",
            f"1 to {len(ids)}, the smaller first",
        )
        require(
            self.duration_s is None or self.duration_s > 0, "duration_s", self.duration_s, "above 0"
        )
        require(self.closing_grace_s >= 0, "closing_grace_s", self.closing_grace_s, "at least 0")
        self._require_rule_fits(ids)
        self._require_secrecy()
        known = frozenset(self.rooms)
        require(len(known) == len(self.rooms), "rooms", list(self.rooms), "different rooms")
        require(bool(self.awaited_rooms), "rooms", list(self.rooms), "at least one that counts")
        require(
            known >= self.uncounted_rooms, "uncounted_rooms", sorted(self.uncounted_rooms), "rooms"
        )
        for person, voter in self.voters.items():
            require(voter.room in known, f"voters.{person}.room", voter.room, "one of the rooms")

    def _require_rule_fits(self, ids: list[str]) -> None:
        if self.rule is None:
            return
        require(
            self.picks_max == 1 and set(ids) == set(self.rule.options),
            "options",
            ids,
            f"those of the rule, one of them chosen: {', '.join(self.rule.options)}",
        )
        form = "secret" if self.kind == "secret" else "open"
        require(
            form in self.rule.form, "kind", self.kind, f"of a form of the rule: {self.rule.form}"
        )

    def _require_secrecy(self) -> None:
        if self.kind != "secret":
            return
        # To take back an earlier choice one must know whose it was.
        require(self.press == "first_press", "press", self.press, "first_press in a secret ballot")
        require(
            not self.show_interim, "show_interim", self.show_interim, "false in a secret ballot"
        )
        weights = {voter.weight for voter in self.voters.values()}
        # A weight that few have says who chose what.
        require(weights <= {1}, "voters", f"weights {sorted(weights)}", "1 in a secret ballot")

    @property
    def key(self) -> tuple[str, int]:
        """Ballot and generation: with the person, the key of one cast vote."""
        return self.id, self.generation

    @property
    def awaited_rooms(self) -> frozenset[str]:
        """Rooms that must say they have handed in every vote."""
        return frozenset(self.rooms) - self.uncounted_rooms

    def holder(self, person: str) -> str:
        """Who sits at the member's seat and presses its keys."""
        voter = self.voters[person]
        return voter.proxy if self.proxy_vote and voter.proxy is not None else person

    def is_listed(self, person: str) -> bool:
        """In the list with a role that votes."""
        voter = self.voters.get(person)
        return voter is not None and voter.role in self.member_roles
