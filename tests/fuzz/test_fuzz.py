"""The fuzzer finds what is planted; what it once found stays mended; a short look every time.

Owns the tests of the fuzzer, and the replay of its corpus. Long runs: ``make fuzz``.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz import campaign
from tests.fuzz.campaign import CORPUS, Target, kept, plain
from tests.fuzz.mutate import MOST_BYTES, Mutator
from tests.fuzz.registry import targets

LOOK_INPUTS = 250
SLOW_READERS = {"http": 120, "room-file": 40, "roster": 80, "meeting-file": 100}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


@pytest.mark.parametrize("name", list(targets()))
def test_a_reader_keeps_its_promises(name: str) -> None:
    """First everything that was ever found in it, then a few new inputs, always the same."""
    target = targets()[name]
    with target.open() as judge:
        for path in kept(name):
            judge(path.read_bytes())
    outcome = campaign.run(target, seed=1, most_inputs=SLOW_READERS.get(name, LOOK_INPUTS))
    assert outcome.inputs > 0
    assert outcome.findings == []


def test_every_file_of_the_corpus_belongs_to_a_reader() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} <= set(targets())


def _fragile(data: bytes) -> None:
    if b"\xff" in data and len(data) > 3:
        raise IndexError("planted")


def test_a_planted_fault_is_found_made_small_and_kept(tmp_path: Path) -> None:
    fragile = Target("fragile", (b"\x01" * 40,), plain(_fragile))
    outcome = campaign.run(fragile, seed=3, most_inputs=2000)
    (finding,) = outcome.findings
    assert finding.said == "IndexError: planted"
    assert len(finding.data) == 4
    (path,) = campaign.keep(outcome, tmp_path)
    assert kept("fragile", tmp_path) == [path]
    assert path.read_bytes() == finding.data


def test_a_buffer_without_bound_is_found() -> None:
    held = bytearray()

    def hoard(data: bytes) -> None:
        held.extend(data)
        assert len(held) < 10_000

    outcome = campaign.run(Target("hoard", (b"x" * 50,), plain(hoard)), seed=1, most_inputs=300)
    assert [finding.where.split()[0] for finding in outcome.findings] == ["AssertionError"]


def test_the_same_seed_gives_the_same_inputs() -> None:
    samples = (b'{"v": 1, "seq": 12}', b"\x81\x01\x04\x00\x02\xff")

    def made(seed: int) -> list[bytes]:
        mutator = Mutator(samples, random.Random(seed))
        return [mutator.make() for _ in range(300)]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert max(map(len, made(1))) <= MOST_BYTES
    assert len(set(made(1))) > 250
