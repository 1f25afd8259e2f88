"""The schedule: seeded, bounded, one fault per target at a time, nearly every fault in a run.

Owns the plan's laws. Must not carry anything out.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.people import SEATS, fingers
from tests.chaos.schedule import LENGTHS_S, Fault, deck, schedule


@given(st.integers(0, 10**6), st.floats(1.0, 600.0))
def test_every_fault_lies_in_the_run_and_a_target_has_one_at_a_time(
    seed: int, duration_s: float
) -> None:
    plan = schedule(seed, duration_s)
    assert plan == schedule(seed, duration_s)
    assert plan == sorted(plan, key=lambda fault: fault.at_s)
    assert all(fault.at_s >= 0 and fault.until_s <= duration_s + 0.01 for fault in plan)
    for target in {fault.target for fault in plan}:
        own = [fault for fault in plan if fault.target == target]
        assert all(one.until_s < other.at_s for one, other in pairwise(own))


def test_seeds_differ() -> None:
    assert schedule(1, 60.0) != schedule(2, 60.0)


def test_two_minutes_see_nearly_everything() -> None:
    for seed in range(20):
        plan = schedule(seed, 120.0)
        assert len({fault.kind for fault in plan}) >= len(LENGTHS_S) - 2
        assert len({(fault.kind, fault.target) for fault in plan}) >= 0.6 * len(set(deck()))


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault(1.0, "kill", "hub", 1.23), "kill hub for 1.2 s"),
        (Fault(1.0, "half_open", "link-main", 9.0), "half open link-main for 9.0 s"),
        (Fault(1.0, "delay", "link-hub", 4.0, 0.25), "delay link-hub by 0.25 s for 4.0 s"),
        (Fault(1.0, "slow", "link-hub", 4.0, 2000.0), "slow link-hub to 2000 bytes/s for 4.0 s"),
        (
            Fault(1.0, "power_cut", "hub", 2.0, 0.5),
            "power cut hub, 50% of the unsynced blocks kept, for 2.0 s",
        ),
        (
            Fault(1.0, "broker_stale", "broker", 1.0),
            "kill broker for 1.0 s, then a stale memory",
        ),
        (Fault(1.0, "chatter", "unit-main", 3.0, 5.0), "chatter seat 5 of main for 3.0 s"),
        (Fault(1.0, "clock", "edge-main", 0.0, -3600.0), "clock of edge-main jumps by -3600 s"),
    ],
)
def test_people_can_read_it(fault: Fault, text: str) -> None:
    assert str(fault) == text


@given(st.integers(0, 10**6))
def test_fingers_are_seeded_and_in_order(seed: int) -> None:
    found = fingers(random.Random(seed), 4.0)
    assert found == fingers(random.Random(seed), 4.0)
    assert found == sorted(found, key=lambda finger: finger.at_s)
    assert all(1 <= int(finger.seat) <= SEATS[finger.room] for finger in found)
    assert len({(finger.room, finger.seat) for finger in found}) > 20
