"""A short seeded part of the chaos run, and the two mutants that it must catch.

``make chaos`` is the long one. Owns no story of its own: they stand in ``tests/chaos``.
"""

from __future__ import annotations

import shutil
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


async def test_the_real_programs_survive_all_stories(run_dir: Path) -> None:
    lines: list[str] = []
    figures = await run(run_dir, sudden.plan(), lines.append, sudden.all_three)
    assert is_clean(figures), "\n".join(lines)
    # On a busy machine a press may be too old when it is read; what a seat has shown counts.
    voters = len(sudden.EARLY_SEATS) + len(sudden.LATE_SEATS) + len(sudden.STORED_SEATS)
    assert voters / 2 < figures["accepted"] <= figures["tallied"] <= voters


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


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: nothing can be unsynced")
async def test_a_vote_that_is_recorded_before_it_is_synced_is_caught(run_dir: Path) -> None:
    plan = sudden.plan(Programs(edge="tests.chaos.mutant_power"))
    figures = await run(run_dir, plan, print, sudden.cut_the_power_with_votes_in_the_outbox)
    assert figures["accepted"] >= len(sudden.STORED_SEATS)
    assert figures["lost"] > 0
    assert not is_clean(figures)
