"""Inputs to one reader until time or number is reached; what is found, made small and kept.

Owns what counts as a finding: any exception that leaves a reader's judge, one input that costs
more than ``SLOW_CPU_S``, memory that grows. Must not know any reader.
"""

from __future__ import annotations

import hashlib
import random
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutate import MOST_BYTES, Mutator

CORPUS = Path(__file__).parent / "corpus"

FINDINGS_MOST = 20
"""A reader with more different faults is mended before it is asked again."""

SLOW_CPU_S = 2.0
GROWTH_MOST_BYTES = 64 * 1024**2
WARM_INPUTS = 20_000
"""Caches are full by then: what grows later does not stop."""

SMALLER_TRIES = 400

Judge = Callable[[bytes], None]
"""Gives one input to the reader; raises when the reader breaks one of its promises."""


@dataclass(frozen=True, slots=True)
class Target:
    """One reader."""

    name: str
    samples: Sequence[bytes]
    open: Callable[[], AbstractContextManager[Judge]]
    most_bytes: int = MOST_BYTES


def plain(judge: Judge) -> Callable[[], AbstractContextManager[Judge]]:
    """For a reader that needs nothing around it."""

    @contextmanager
    def opened() -> Iterator[Judge]:
        yield judge

    return opened


def must(holds: bool, broken: str) -> None:
    """A promise about an error that was expected."""
    if not holds:
        raise AssertionError(broken)


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, by where it shows, with the smallest input found for it."""

    where: str
    said: str
    data: bytes


@dataclass
class Outcome:
    """What a campaign against one reader gave."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    growth_bytes: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def per_s(self) -> float:
        """Inputs per second."""
        return self.inputs / self.seconds if self.seconds else 0.0


def run(target: Target, seed: int, most_inputs: int, most_s: float | None = None) -> Outcome:
    """Ask until so many inputs or seconds; the same seed gives the same inputs."""
    outcome, found = Outcome(target.name), dict[str, Finding]()
    mutator = Mutator(target.samples, random.Random(f"{target.name} {seed}"), target.most_bytes)
    started_s, warm_bytes = time.monotonic(), None
    with target.open() as judge:
        for sample in target.samples:
            judge(sample)  # a sample that is no good input would prove nothing
        while outcome.inputs < most_inputs and len(found) < FINDINGS_MOST:
            if most_s is not None and time.monotonic() - started_s >= most_s:
                break
            data = mutator.make()
            outcome.inputs += 1
            fault = ask(judge, data)
            if fault is not None and fault.where not in found:
                found[fault.where] = smaller(judge, fault)
            if outcome.inputs == WARM_INPUTS:
                warm_bytes = resident_bytes()
    outcome.seconds = time.monotonic() - started_s
    if warm_bytes is not None:
        outcome.growth_bytes = resident_bytes() - warm_bytes
        if outcome.growth_bytes > GROWTH_MOST_BYTES:
            found["memory"] = Finding("memory", f"grew by {outcome.growth_bytes} bytes", b"")
    outcome.findings = list(found.values())
    return outcome


def ask(judge: Judge, data: bytes) -> Finding | None:
    """One input; what is wrong."""
    began_s = time.process_time()
    try:
        judge(data)
    except Exception as error:  # noqa: BLE001  # whatever it is, it should not have come out
        frames = traceback.extract_tb(error.__traceback__)
        last = frames[-1]
        where = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
        return Finding(where, f"{type(error).__name__}: {error}"[:400], data)
    spent_s = time.process_time() - began_s
    if spent_s > SLOW_CPU_S:
        return Finding("slow", f"{spent_s:.1f} s for {len(data)} bytes", data)
    return None


def smaller(judge: Judge, fault: Finding) -> Finding:
    """The same fault with less input, as far as leaving out parts leads."""
    tries, size = SMALLER_TRIES, max(1, len(fault.data) // 2)
    while size and tries > 0:
        start, shrunk = 0, False
        while start < len(fault.data) and tries > 0:
            tries -= 1
            less = ask(judge, fault.data[:start] + fault.data[start + size :])
            if less is not None and less.where == fault.where:
                fault, shrunk = less, True
            else:
                start += size
        size = size if shrunk and size == 1 else size // 2
    return fault


def resident_bytes() -> int:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def keep(outcome: Outcome, corpus: Path = CORPUS) -> list[Path]:
    """Write findings where every later test asks them again."""
    kept = []
    for finding in outcome.findings:
        if finding.where == "memory":
            continue
        folder = corpus / outcome.target
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / hashlib.sha256(finding.data).hexdigest()[:16]
        path.write_bytes(finding.data)
        kept.append(path)
    return kept


def kept(target: str, corpus: Path = CORPUS) -> list[Path]:
    """What was once found in this reader."""
    folder = corpus / target
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
