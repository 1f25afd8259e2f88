"""Whether a vote is carried: quorum and majority as exact fractions over a named base.

Theory. A body divides into five groups: yes, no, abstain, not voting, absent. Four sums of
them are the bases that laws and statutes name. A rule is data: how large a part of which base
must say yes, how many persons must be there at all, and what happens when both sides are
equal. The order is fixed: quorum, majority, tie. The quorum counts persons; the majority
counts weights where seats have weights.

Only whole numbers are compared, by multiplication and whole division, so no edge is ever
lost to rounding. Percentages are for people (``edge.rules.ballot_labels``).

Owns the arithmetic and the bounds of a rule. Must not know any law: presets are data in
``edge.rules.presets``. Nor who a person is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge.rules import plain

Base = Literal["all_members", "present", "votes_cast", "valid_excluding_abstentions"]
Comparison = Literal[">", ">="]
TieRule = Literal["fails", "chair_decides"]
Outcome = Literal["not_quorate", "passed", "failed", "tied_chair_passed", "tied_chair_failed"]
ChairVote = Literal["yes", "no", "abstain", "not_voting", "absent", "unknown"]

YES, NO, ABSTAIN = "yes", "no", "abstain"

CARRIED: frozenset[Outcome] = frozenset({"passed", "tied_chair_passed"})
"""Outcomes after which the motion holds."""


def require(holds: bool, key: str, value: object, bound: str) -> None:
    """Complain about ``key`` unless its bound holds.

    Raises:
        ValueError: ``key: value, must be bound``.
    """
    if not holds:
        raise ValueError(f"{key}: {plain.shown(value)}, must be {bound}")


def _require_part(numerator: int, denominator: int) -> None:
    require(denominator >= 1, "denominator", denominator, "at least 1")
    require(numerator >= 0, "numerator", numerator, "at least 0")
    require(
        numerator <= denominator, "numerator", numerator, f"at most the denominator {denominator}"
    )


def smallest(numerator: int, denominator: int, comparison: Comparison, of: int) -> int:
    """The smallest whole number that is > or >= numerator/denominator of ``of``."""
    if comparison == ">":
        return numerator * of // denominator + 1
    return -(-numerator * of // denominator)


@dataclass(frozen=True, slots=True)
class Majority:
    """Which part of which base must say yes."""

    numerator: int
    denominator: int
    base: Base
    comparison: Comparison

    def __post_init__(self) -> None:
        """Bounds."""
        _require_part(self.numerator, self.denominator)

    @property
    def is_half(self) -> bool:
        """1/2, however it is written: 2/4 and 50/100 too."""
        return 2 * self.numerator == self.denominator

    def needed(self, base: int) -> int:
        """So many yes carry the motion; never less than 1: without a yes nothing passes."""
        return max(1, smallest(self.numerator, self.denominator, self.comparison, base))


@dataclass(frozen=True, slots=True)
class Quorum:
    """Which part of all members must be there. 0/1 with ``>=`` asks for nobody."""

    numerator: int
    denominator: int
    comparison: Comparison
    base: Literal["all_members"] = "all_members"

    def __post_init__(self) -> None:
        """Bounds."""
        _require_part(self.numerator, self.denominator)

    def needed(self, members: int) -> int:
        """So many persons must be there."""
        return smallest(self.numerator, self.denominator, self.comparison, members)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data. ``verify`` says where the body must look whether it still holds."""

    majority: Majority
    quorum: Quorum
    tie: TieRule
    name: str = ""
    options: tuple[str, ...] = (YES, NO, ABSTAIN)
    required_roles: tuple[str, ...] = ()
    form: tuple[str, ...] = ("open", "secret")
    verify: str = ""

    def __post_init__(self) -> None:
        """Bounds."""
        once = len(set(self.options)) == len(self.options)
        fitting = once and {YES, NO} <= set(self.options) <= {YES, NO, ABSTAIN}
        require(fitting, "options", list(self.options), "yes and no, with or without abstain")


@dataclass(frozen=True, slots=True)
class Division:
    """How a body divided: persons, or their weights."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    not_voting: int = 0
    absent: int = 0

    def base(self, name: Base) -> int:
        """The sum that ``name`` stands for."""
        valid = self.yes + self.no
        cast = valid + self.abstain
        present = cast + self.not_voting
        return {
            "all_members": present + self.absent,
            "present": present,
            "votes_cast": cast,
            "valid_excluding_abstentions": valid,
        }[name]

    @property
    def members(self) -> int:
        """Everybody, present or not."""
        return self.base("all_members")

    @property
    def present(self) -> int:
        """Everybody who is there."""
        return self.base("present")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says of one division.

    ``base`` and ``needed`` are weights where there are weights; ``quorum_needed`` is persons.
    """

    quorate: bool
    quorum_needed: int
    base: int
    needed: int
    outcome: Outcome
    equal: bool
    """As many yes as no, and more than none."""
    chair_side: Literal["yes", "no"] | None
    """The side that decided a tie, None when no tie was decided by the chair."""


def judge(
    rule: Rule,
    persons: Division,
    weights: Division | None = None,
    chair_vote: ChairVote | None = None,
) -> Verdict:
    """Apply ``rule``: quorum, then majority, then tie.

    Args:
        rule: what is asked for.
        persons: the division in heads.
        weights: the division in weights, None where every person weighs the same.
        chair_vote: what the chair chose; None where that is unknown, as in a secret ballot.
    """
    counted = persons if weights is None else weights
    quorum_needed = rule.quorum.needed(persons.members)
    quorate = persons.present >= quorum_needed
    base = counted.base(rule.majority.base)
    needed = rule.majority.needed(base)
    equal = counted.yes == counted.no > 0
    outcome: Outcome = "failed"
    chair_side: Literal["yes", "no"] | None = None
    if not quorate:
        outcome = "not_quorate"
    elif counted.yes >= needed:
        outcome = "passed"
    elif equal and rule.majority.is_half and rule.tie == "chair_decides":
        if chair_vote == "yes":
            outcome, chair_side = "tied_chair_passed", "yes"
        elif chair_vote == "no":
            outcome, chair_side = "tied_chair_failed", "no"
    return Verdict(quorate, quorum_needed, base, needed, outcome, equal, chair_side)


def parse_rule(data: object, where: str = "rule") -> Rule:
    """A rule from JSON or a preset.

    Raises:
        plain.PlainError: one line that names the key and its bound.
    """
    return plain.read(Rule, data, where)
