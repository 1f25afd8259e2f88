"""Percentiles and the table they are printed in.

Owns how figures look. Must not measure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure is spread over many samples, in milliseconds."""

    n: int
    p50: float
    p95: float
    p99: float
    most: float


def spread(samples_ms: Iterable[float]) -> Spread | None:
    """Percentiles by nearest rank; None without samples."""
    ordered = sorted(samples_ms)
    if not ordered:
        return None

    def rank(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

    return Spread(len(ordered), rank(0.50), rank(0.95), rank(0.99), round(ordered[-1], 2))


def as_table(rows: dict[str, Spread | None], echo: Spread | None) -> str:
    """One line per figure; the last column is p50 over the bare echo's p50 of the same run."""
    lines = [f"{'ms':44} {'n':>5} {'p50':>8} {'p95':>8} {'p99':>8} {'max':>8} {'/echo':>7}"]
    for name, row in rows.items():
        if row is None:
            lines.append(f"{name:44} {'0':>5}  (no sample)")
            continue
        ratio = f"{row.p50 / echo.p50:7.1f}" if echo and echo.p50 else f"{'-':>7}"
        lines.append(
            f"{name:44} {row.n:>5} {row.p50:>8} {row.p95:>8} {row.p99:>8} {row.most:>8} {ratio}"
        )
    return "\n".join(lines)


def as_data(rows: dict[str, Spread | None]) -> dict[str, object]:
    """JSON-ready."""
    return {name: asdict(row) if row else None for name, row in rows.items()}
