"""A short seeded part of the chaos run, and the two mutants that it must catch.

``make chaos`` is the long one. Owns no story of its own: they stand in ``tests/chaos``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broker import mosquitto_program
from tests.chaos import sudden
from tests.chaos.run import Plan, is_clean, run
from tests.chaos.site import Programs

pytestmark = [
    pytest.mark.broker,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

SEED, DURATION_S = 7, 15.0


async def test_nothing_is_lost_invented_or_doubled(run_dir: Path) -> None:
    lines: list[str] = []
    figures = await run(run_dir, Plan.of(SEED, DURATION_S), lines.append)
    assert is_clean(figures), "\n".join(lines)
    assert figures["accepted"] > 0
    assert figures["tallied"] > 0


async def test_the_real_programs_survive_both_stories(run_dir: Path) -> None:
    lines: list[str] = []
    figures = await run(run_dir, sudden.plan(), lines.append, sudden.both)
    assert is_clean(figures), "\n".join(lines)
    voters = len(sudden.EARLY_SEATS) + len(sudden.LATE_SEATS)
    assert figures["accepted"] == figures["tallied"] == voters


async def test_deleting_on_the_brokers_acknowledgement_is_caught(run_dir: Path) -> None:
    plan = sudden.plan(Programs(edge="tests.chaos.mutant_edge"))
    figures = await run(run_dir, plan, print, sudden.vote_while_the_hub_is_dead)
    assert figures["accepted"] == len(sudden.EARLY_SEATS)
    assert figures["lost"] > 0
    assert not is_clean(figures)


async def test_a_receipt_before_the_commit_is_caught(run_dir: Path) -> None:
    plan = sudden.plan(Programs(hub="tests.chaos.mutant_hub"))
    figures = await run(run_dir, plan, print, sudden.kill_the_hub_at_each_receipt)
    assert figures["lost"] > 0
    assert not is_clean(figures)
