"""The even flow out of uneven packets: whatever happens on the way, time is kept.

Every sample carries its own number, so what comes out says when it was meant.
"""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.audio.codec import RtpPacket
from drivers.audio.playout import MEMORY_S, Playout

RATE_HZ, PACKET, BLOCK = 8000, 40, 160
PACKET_S, BLOCK_S = PACKET / RATE_HZ, BLOCK / RATE_HZ
JITTER_S = 0.040
DELAY_S = 0.003
SSRC = 99


def number_of(sample: int) -> float:
    """Never zero, exact in float32, and different for 2 million samples."""
    return (sample + 1) / 2**21


def arrivals(
    count: int, fates: list[tuple[str, float]], first: tuple[int, int], drift_ppm: float = 0.0
) -> list[tuple[float, RtpPacket, np.ndarray]]:
    """When which packet comes: (time, packet, samples). A fate: what happens, how late."""
    found = []
    for n, (fate, late_s) in zip(range(count), itertools.cycle(fates), strict=False):
        start = n * PACKET
        samples = np.array([[number_of(start + k)] for k in range(PACKET)], dtype=np.float32)
        packet = RtpPacket(96, (first[0] + n) % 2**16, (first[1] + start) % 2**32, SSRC, b"")
        taken_s = (start + PACKET) / RATE_HZ / (1 + drift_ppm * 1e-6)
        if fate != "lost":
            found.append((taken_s + DELAY_S + late_s, packet, samples))
        if fate == "twice":
            found.append((taken_s + DELAY_S + late_s + 0.001, packet, samples))
    return sorted(found, key=lambda one: one[0])


def play(playout: Playout, coming: list[tuple[float, RtpPacket, np.ndarray]], length_s: float):
    """Blocks of even length at even times; yields (due, block, delay)."""
    place = 0
    for n in range(round(length_s / BLOCK_S)):
        due_s = (n + 1) * BLOCK_S
        while place < len(coming) and coming[place][0] <= due_s:
            at_s, packet, samples = coming[place]
            playout.put(packet, samples, at_s)
            place += 1
        yield due_s, playout.pull(BLOCK, due_s)[:, 0], playout.delay_s


fates = st.lists(
    st.tuples(
        st.sampled_from(["comes", "comes", "comes", "lost", "twice"]),
        st.integers(0, 250).map(lambda ms: ms / 1000),
    ),
    min_size=1,
    max_size=40,
)
firsts = st.tuples(st.sampled_from([0, 1000, 65_530]), st.sampled_from([0, 12_345, 2**32 - 100]))


@settings(max_examples=80, deadline=None)
@given(fates, firsts)
def test_any_pattern_keeps_time(pattern: list[tuple[str, float]], first: tuple[int, int]) -> None:
    """Every sample is in its place or silence; none comes twice or out of order."""
    playout = Playout(1, RATE_HZ, JITTER_S)
    coming = arrivals(300, pattern, first)
    newest = -1.0
    for due_s, block, _ in play(playout, coming, 1.4):
        assert len(block) == BLOCK
        there = block[block > 0.0]
        assert np.all(np.diff(there) > 0.0)
        if len(there):
            assert there[0] > newest
            newest = float(there[-1])
            taken_s = round(newest * 2**21) / RATE_HZ
            assert 0.0 <= due_s - taken_s <= JITTER_S + DELAY_S + 0.25 + 0.06 + BLOCK_S


@settings(max_examples=30, deadline=None)
@given(fates, firsts)
def test_what_came_in_time_is_played(
    pattern: list[tuple[str, float]], first: tuple[int, int]
) -> None:
    """With the least delay known, a packet later by less than the jitter is never silence."""
    gentle = [("comes", 0.0), *((fate, late_s % (JITTER_S / 2)) for fate, late_s in pattern)]
    playout = Playout(1, RATE_HZ, JITTER_S)
    played = np.concatenate([b for _, b, _ in play(playout, arrivals(300, gentle, first), 1.8)])
    numbers = {round(x) for x in played[played > 0.0] * 2**21 - 1}
    lost = {
        n
        for n, (fate, _) in zip(range(300), itertools.cycle(gentle), strict=False)
        if fate == "lost"
    }
    wanted = {n * PACKET + k for n in range(300) if n not in lost for k in range(PACKET)}
    missing = {sample for sample in wanted - numbers if sample < 1.2 * RATE_HZ}
    # The first block begins when the first packet is there; up to a slack is moved at first.
    assert len(missing) <= 4
    assert playout.counters["late"] == 0
    assert playout.counters["lost"] <= len(lost)


@pytest.mark.parametrize("drift_ppm", [-400.0, -50.0, 0.0, 50.0, 400.0])
def test_drift_is_measured_and_taken_up_without_delay_growing(drift_ppm: float) -> None:
    rnd = random.Random(3)
    pattern = [("comes", rnd.uniform(0.0, 0.012)) for _ in range(997)]
    playout = Playout(1, RATE_HZ, JITTER_S)
    coming = arrivals(15_000, pattern, (65_000, 2**32 - 4000), drift_ppm)
    delays = [delay for due_s, _, delay in play(playout, coming, 70.0) if due_s > 2.0]
    assert playout.drift_ppm == pytest.approx(drift_ppm, abs=20.0)
    assert max(delays) - min(delays) < 0.035
    assert playout.counters["jumps"] == 0
    moved = playout.counters["dropped"] - playout.counters["repeated"]
    assert moved == pytest.approx(drift_ppm * 1e-6 * 70.0 * RATE_HZ, abs=120)


def test_each_misfortune_is_counted() -> None:
    pattern = [("comes", 0.0)] * 20 + [("lost", 0.0), ("twice", 0.0), ("comes", 0.009)]
    pattern += [("comes", 0.0), ("comes", 0.2)]
    playout = Playout(1, RATE_HZ, JITTER_S)
    for _ in play(playout, arrivals(251, pattern, (0, 0)), 1.8):
        pass
    counted = {k: playout.counters[k] for k in ("lost", "duplicated", "late", "reordered")}
    assert counted == {"lost": 10, "duplicated": 10, "late": 10, "reordered": 20}


def test_a_sender_that_begins_anew_is_followed() -> None:
    """Another source, other numbers: heard again at once, and nothing of before."""
    playout = Playout(1, RATE_HZ, JITTER_S)
    for _ in play(playout, arrivals(100, [("comes", 0.0)], (500, 70_000)), 0.5):
        pass
    samples = np.full((PACKET, 1), 0.5, dtype=np.float32)
    found = []
    for n in range(60):
        now_s = 0.5 + (n + 1) * PACKET_S
        playout.put(RtpPacket(96, 9 + n, 5 + n * PACKET, SSRC + 1, b""), samples, now_s)
        if n % 4 == 3:
            found.append(playout.pull(BLOCK, now_s))
    assert playout.counters["restarts"] == 1
    assert float(found[-1].min()) == 0.5
    alone = RtpPacket(96, 1, 1, SSRC + 2, b"")
    playout.put(alone, samples, 0.9)
    assert playout.counters["foreign"] == 2, "the first of the new source, and a lonely stranger"


def test_after_a_pause_longer_than_its_memory_it_begins_anew() -> None:
    playout = Playout(1, RATE_HZ, JITTER_S)
    for _ in play(playout, arrivals(100, [("comes", 0.0)], (500, 70_000)), 0.5):
        pass
    again_s = 0.5 + 2 * MEMORY_S
    samples = np.full((PACKET, 1), 0.5, dtype=np.float32)
    last = np.zeros(1)
    for n in range(60):
        now_s = again_s + (n + 1) * PACKET_S
        playout.put(RtpPacket(96, 600 + n, 74_000 + n * PACKET, SSRC, b""), samples, now_s)
        if n % 4 == 3:
            last = playout.pull(BLOCK, now_s)
    assert float(last.min()) == 0.5
