"""What a vote must come to, found by trying numbers: shares no code with the product.

Judges the golden vectors and the rules alike.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from typing import Any

BASES = {
    "all_members": ("yes", "no", "abstain", "not_voting", "absent"),
    "present": ("yes", "no", "abstain", "not_voting"),
    "votes_cast": ("yes", "no", "abstain"),
    "valid_excluding_abstentions": ("yes", "no"),
}


def reaches(count: int, part: dict[str, Any], base: int) -> bool:
    """``count`` is more than, or at least, the part of ``base``."""
    bound = Fraction(part["numerator"], part["denominator"]) * base
    return count > bound if part["comparison"] == ">" else count >= bound


def verdict(vector: dict[str, Any]) -> dict[str, Any]:
    """``quorate``, ``needed`` and ``outcome`` of one vector."""
    rule = vector["rule"]
    groups = {"abstain": 0, "not_voting": 0, **vector["cast"]}
    groups["absent"] = vector["members"] - vector["present"]
    if vector.get("weights"):
        groups = {key: sum(vector["weights"].get(key, [])) for key in groups}
    base = sum(groups[key] for key in BASES[rule["majority"]["base"]])
    # The smallest number that reaches it; more than all of them may be needed, never none.
    needed = 1 + bisect_left(
        range(1, base + 2), True, key=lambda count: reaches(count, rule["majority"], base)
    )
    quorate = reaches(vector["present"], rule["quorum"], vector["members"])
    return {
        "quorate": quorate,
        "outcome": _outcome(vector, groups, needed, quorate=quorate),
        "needed": needed,
    }


def _outcome(vector: dict[str, Any], groups: dict[str, int], needed: int, *, quorate: bool) -> str:
    if not quorate:
        return "not_quorate"
    if groups["yes"] >= needed:
        return "passed"
    majority = vector["rule"]["majority"]
    half = Fraction(majority["numerator"], majority["denominator"]) == Fraction(1, 2)
    is_tie = half and groups["yes"] == groups["no"] != 0
    if is_tie and vector["rule"]["tie"] == "chair_decides":
        sides = {"yes": "tied_chair_passed", "no": "tied_chair_failed"}
        return sides.get(str(vector.get("chair_vote")), "failed")
    return "failed"
