"""The arithmetic of the soak: a leak is seen through noise, noise is not taken for a leak.

Owns tests on made-up samples. A running site: ``make soak``.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.soak import samples, slopes
from tests.soak.__main__ import judged
from tests.soak.samples import ALLOWED_PER_H, Book, of_process, size_of
from tests.soak.slopes import fit, judge, judge_records, of_all, quiet, warm

MIB = 1024.0**2
TIMES_S = [5.0 * n for n in range(360)]
ALLOWED = ALLOWED_PER_H["rss_bytes"]


def noisy(seed: int, per_h: float, noise: float, stickiness: float = 0.8) -> list[float]:
    """A line with noise whose neighbours are alike, as those of memory are."""
    chance, off, found = random.Random(seed), 0.0, []
    for at_s in TIMES_S:
        off = stickiness * off + chance.gauss(0.0, noise)
        found.append(80 * MIB + per_h * at_s / 3600.0 + off)
    return found


def test_an_exact_line_is_found_exactly() -> None:
    slope = fit(TIMES_S, [7.0 + 2.0 * at_s for at_s in TIMES_S])
    assert slope is not None
    assert slope.per_h == pytest.approx(7200.0)
    assert slope.noise_per_h == pytest.approx(0.0, abs=1e-3)


def test_a_constant_is_flat() -> None:
    assert judge(fit(TIMES_S, [12.0] * len(TIMES_S)), 2.0) == "flat"


@pytest.mark.parametrize("seed", range(20))
def test_a_leak_is_seen_through_noise_and_noise_is_no_leak(seed: int) -> None:
    assert judge(fit(TIMES_S, noisy(seed, 60 * MIB, 0.5 * MIB)), ALLOWED) == "grows"
    assert judge(fit(TIMES_S, noisy(seed, 0.0, 0.2 * MIB)), ALLOWED) == "flat"


def test_the_noise_says_how_far_off_the_slope_is() -> None:
    """Most of two hundred slopes of nothing lie within two of their own standard errors."""
    inside = 0
    for seed in range(200):
        slope = fit(TIMES_S, noisy(seed, 0.0, 0.3 * MIB))
        assert slope is not None
        inside += abs(slope.per_h) <= 2 * slope.noise_per_h
    assert inside >= 170


def test_too_much_noise_or_too_few_samples_are_unclear() -> None:
    assert judge(fit(TIMES_S, noisy(1, 0.0, 30 * MIB)), ALLOWED) == "unclear"
    assert judge(fit(TIMES_S[:5], [1.0] * 5), ALLOWED) == "unclear"


def test_the_beginning_is_left_out() -> None:
    rising = [min(at_s, 300.0) * MIB for at_s in TIMES_S]
    assert judge(fit(TIMES_S, rising), ALLOWED) != "flat"
    assert judge(fit(*warm(TIMES_S, rising)), ALLOWED) == "flat"


def test_pages_that_come_and_go_are_no_noise() -> None:
    chance = random.Random(5)
    handles = [22.0 + 6 * (at_s % 37 > 15) + chance.randint(0, 1) for at_s in TIMES_S]
    whole, least = fit(TIMES_S, handles), fit(*quiet(TIMES_S, handles))
    assert whole is not None
    assert least is not None
    assert least.noise_per_h < whole.noise_per_h / 2
    assert judge(least, 4.0) == "flat"
    leaking = [value + at_s / 180 for at_s, value in zip(TIMES_S, handles, strict=True)]
    assert judge(fit(*quiet(TIMES_S, leaking)), 4.0) == "grows"


def test_a_run_of_minutes_says_nothing() -> None:
    at_s = TIMES_S[:50]
    rising = [at_s * MIB for at_s in at_s]
    assert judge(fit(*warm(at_s, rising)), ALLOWED) == "unclear"


def test_records_may_grow_but_not_ever_faster() -> None:
    assert judge_records(TIMES_S, [3000.0 * at_s for at_s in TIMES_S]) == "steady"
    assert judge_records(TIMES_S, [at_s**3 for at_s in TIMES_S]) == "grows"
    assert judge_records(TIMES_S, [0.0] * len(TIMES_S)) == "steady"


def test_a_verdict_is_the_worst() -> None:
    assert of_all(["flat", "steady"]) == "flat"
    assert of_all(["flat", "unclear"]) == "unclear"
    assert of_all(["unclear", "grows"]) == "grows"


def test_a_leaking_process_is_named_among_others() -> None:
    book = Book()
    for at_s, leaking in zip(TIMES_S, noisy(3, 90 * MIB, 0.2 * MIB), strict=True):
        fine = {"rss_bytes": 50 * MIB, "handles": 20.0, "threads": 3.0, "log_bytes": 9.0 * at_s}
        book.note("hub", {**fine, "rss_bytes": leaking}, at_s)
        book.note("edge-main", fine, at_s)
    report = judged(book)
    assert report["hub"]["verdict"] == "grows"
    assert report["hub"]["rss_bytes"]["per_h"] == pytest.approx(90 * MIB, rel=0.1)
    assert report["edge-main"]["verdict"] == "flat"


def test_the_kernel_is_asked(tmp_path: Path) -> None:
    found = of_process(os.getpid())
    assert found["rss_bytes"] > MIB
    assert found["handles"] >= 3
    assert found["threads"] >= 1
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.sqlite").write_bytes(b"x" * 10)
    (tmp_path / "deep" / "a.sqlite-wal").write_bytes(b"x" * 5)
    assert size_of(tmp_path, "*.sqlite*") == 15
    assert size_of(tmp_path / "none", "*") == 0
    with pytest.raises(ProcessLookupError):
        of_process(2**22 + 1)


def test_every_figure_has_a_verdict_of_its_own() -> None:
    assert set(of_process(os.getpid())) == set(ALLOWED_PER_H)
    assert not set(samples.RECORDS) & set(ALLOWED_PER_H)
    assert slopes.WARM_SHARE < 0.5
