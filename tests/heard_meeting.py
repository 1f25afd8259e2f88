"""Meetings through the listening chain: sound with a truth, what was heard, and how they compare.

Owns feeding the chain and the scores. Must not judge them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.listening.chain import Chain, Heard
from edge.listening.levels import BLOCK_S
from edge.listening.voice import webrtc
from tests.directed_meeting import SEATS, Hearing, Seats
from tests.listening_room import RATE_HZ, Hall, Signal, Take, Turn, meeting_turns

FORGIVEN_S = 0.2
"""After the end of a turn nobody is blamed."""

PIECE_S = 60.0
"""25 channels of a minute are 200 MB while they are made."""


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


def listen(samples: Signal, chain: Chain | None = None) -> list[Heard]:
    """Every block through the chain, or through one that has heard what was before."""
    chain = chain or Chain(samples.shape[1], RATE_HZ, webrtc())
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


def heard_by_chain(hall: Hall, turns: Sequence[Turn], length_s: float, seed: int) -> Hearing:
    """Who talks, as the chain has it at that moment; made in pieces that a memory can hold."""
    chain, heard = Chain(hall.seats, RATE_HZ, webrtc()), list[Heard]()
    for start_s in np.arange(0.0, length_s, PIECE_S):
        piece_s = min(PIECE_S, length_s - start_s)
        cut = [
            Turn(t.seat, max(0.0, t.start_s - start_s), min(piece_s, t.end_s - start_s))
            for t in turns
            if t.end_s > start_s + BLOCK_S and t.start_s < start_s + piece_s - BLOCK_S
        ]
        heard += listen(hall.record(tuple(cut), piece_s, seed).samples, chain)

    def hearing(at_s: float) -> tuple[Seats, Seats]:
        block = min(len(heard) - 1, round(at_s / BLOCK_S) - 1)
        if block < 0:
            return (), ()
        one = heard[block]
        return tuple(SEATS[c] for c in one.talking), tuple(SEATS[c] for c in one.voiced)

    return hearing


def one_talks(seconds: float) -> tuple[Turn, ...]:
    """Seat 0, from half a second on."""
    return (Turn(0, 0.5, seconds - 0.5),)
