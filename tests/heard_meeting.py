"""Meetings through the listening chain: sound with a truth, what was heard, and how they compare.

Owns feeding the chain and the scores. Must not judge them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from edge.listening.chain import Chain, Heard
from edge.listening.levels import BLOCK_S
from edge.listening.voice import webrtc
from tests.directed_meeting import SEATS, Hearing
from tests.listening_room import RATE_HZ, Hall, Signal, Take, Turn, meeting_turns

FORGIVEN_S = 0.2
"""After the end of a turn nobody is blamed."""


@dataclass(frozen=True)
class Score:
    """Blocks: said and true, said and not true, true."""

    hits: int
    wrong: int
    true: int

    def __add__(self, other: Score) -> Score:
        """Both together."""
        return Score(self.hits + other.hits, self.wrong + other.wrong, self.true + other.true)

    @property
    def precision(self) -> float:
        """Of what was said."""
        return self.hits / max(1, self.hits + self.wrong)

    @property
    def recall(self) -> float:
        """Of what is true."""
        return self.hits / max(1, self.true)


def meeting(hall: Hall, seed: int, length_s: float) -> Take:
    """A piece of a meeting with the timing of real ones."""
    turns = meeting_turns(hall.seats, length_s, np.random.default_rng(seed))
    return hall.record(turns, length_s, seed)


def listen(samples: Signal) -> list[Heard]:
    """Every block through the chain."""
    chain = Chain(samples.shape[1], RATE_HZ, webrtc())
    size = chain.meter.block
    return [chain.feed(samples[at : at + size]) for at in range(0, len(samples) - size + 1, size)]


def ms_per_block(samples: Signal) -> list[float]:
    """Processor time of every block."""
    chain = Chain(samples.shape[1], RATE_HZ, webrtc())
    size, spent = chain.meter.block, []
    for at in range(0, len(samples) - size + 1, size):
        started_s = time.thread_time()
        chain.feed(samples[at : at + size])
        spent.append(1000 * (time.thread_time() - started_s))
    return spent


def scored(take: Take, heard: list[Heard]) -> Score:
    """Over all seats and blocks."""
    truth = take.truth(BLOCK_S)
    said = np.zeros_like(truth)
    for block, one in enumerate(heard):
        said[block, list(one.active)] = True
    blamed = np.ones_like(truth)
    for turn in take.turns:
        end = round(turn.end_s / BLOCK_S)
        blamed[end : end + round(FORGIVEN_S / BLOCK_S), turn.seat] = False
    return Score(int((said & truth).sum()), int((said & ~truth & blamed).sum()), int(truth.sum()))


def delays_s(take: Take, heard: list[Heard], at_least_s: float = 2.0) -> list[float]:
    """From the start of long turns to *this seat talks*; turns already framed do not count.

    Those that are never noticed count as long as they are.
    """
    found: list[float] = []
    for turn in take.turns:
        if turn.end_s - turn.start_s < at_least_s:
            continue
        first, last = (round(at_s / BLOCK_S) for at_s in (turn.start_s, turn.end_s))
        if heard[first].talking[:1] == (turn.seat,):
            continue
        blocks = (b for b in range(first, last) if heard[b].talking[:1] == (turn.seat,))
        noticed = next(blocks, last)
        found.append((noticed - first + 1) * BLOCK_S)
    return found


def heard_by_chain(take: Take) -> Hearing:
    """Who talks, as the chain has it at that moment."""
    heard = listen(take.samples)

    def talkers(at_s: float) -> tuple[str, ...]:
        block = min(len(heard) - 1, int(at_s / BLOCK_S) - 1)
        return () if block < 0 else tuple(SEATS[c] for c in heard[block].talking)

    return talkers


def one_talks(seconds: float) -> tuple[Turn, ...]:
    """Seat 0, from half a second on."""
    return (Turn(0, 0.5, seconds - 0.5),)
