"""Any rule with any division: the product agrees with the oracle, exactly, at every edge."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edge.rules.majority import CARRIED, Division, Majority, judge, parse_rule
from hub import tally
from tests import vote_oracle

GROUPS = ("yes", "no", "abstain", "not_voting", "absent")


@st.composite
def parts(draw: st.DrawFn, bases: list[str]) -> dict[str, Any]:
    """A fraction of a base, with its comparison."""
    denominator = draw(st.integers(1, 120))
    return {
        "numerator": draw(
            st.integers(0, denominator) | st.just(denominator // 2) | st.just(denominator)
        ),
        "denominator": denominator,
        "base": draw(st.sampled_from(bases)),
        "comparison": draw(st.sampled_from([">", ">="])),
    }


@st.composite
def vectors(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of up to some 60, often tied, often with weights."""
    heads = {group: draw(st.integers(0, 12)) for group in GROUPS}
    if draw(st.booleans()):
        heads["no"] = heads["yes"]
    weights = None
    if draw(st.booleans()):
        weight = st.integers(1, 3) | st.integers(1, 10**18)
        weights = {
            group: draw(st.lists(weight, min_size=count, max_size=count))
            for group, count in heads.items()
        }
    absent = heads.pop("absent")
    present = sum(heads.values())
    return {
        "id": "case",
        "rule": {
            "majority": draw(parts(list(vote_oracle.BASES))),
            "quorum": draw(parts(["all_members"])),
            "tie": draw(st.sampled_from(["fails", "chair_decides"])),
        },
        "members": present + absent,
        "present": present,
        "cast": heads,
        "weights": weights,
        "chair_vote": draw(st.sampled_from(["yes", "no", "abstain", "not_voting", None])),
    }


@given(vectors())
def test_the_product_agrees_with_the_oracle(vector: dict[str, Any]) -> None:
    found = tally.judge_vector(vector | {"expected": vote_oracle.verdict(vector)}, "case")
    assert found["ok"], found


@given(parts(["present"]), st.integers(0, 10**30))
def test_needed_is_the_smallest_number_that_reaches(part: dict[str, Any], base: int) -> None:
    needed = Majority(**part).needed(base)
    bound = Fraction(part["numerator"], part["denominator"]) * base

    def reaches(count: int) -> bool:
        return count >= 1 and (count > bound or (part["comparison"] == ">=" and count == bound))

    assert reaches(needed)
    assert not reaches(needed - 1)


@given(vectors())
def test_another_yes_never_turns_a_result_down(vector: dict[str, Any]) -> None:
    """Somebody silent says yes instead; in a base that cannot grow by it."""
    rule = parse_rule(vector["rule"])
    if rule.majority.base not in {"all_members", "present"}:
        rule = replace(rule, majority=replace(rule.majority, base="present"))
    heads = Division(**vector["cast"])
    if heads.not_voting == 0 or vector["chair_vote"] == "yes":
        return  # nobody is silent; or a tie that the chair decided is no majority
    more = replace(heads, yes=heads.yes + 1, not_voting=heads.not_voting - 1)
    before, after = judge(rule, heads), judge(rule, more)
    assert before.outcome not in CARRIED or after.outcome in CARRIED
