"""Bars: what must be reached, what would be good, what was measured.

Owns the verdict and the table. Must not measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Verdict = Literal["good", "must", "MISSED", "-"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure. Without ``must`` and ``good`` it is for information."""

    name: str
    measured: float
    must: float | None = None
    good: float | None = None
    unit: str = ""
    at_least: bool = False
    """True: larger is better."""

    @property
    def verdict(self) -> Verdict:
        """The highest bar that was reached."""
        if self.must is None and self.good is None:
            return "-"
        if self._reaches(self.good if self.good is not None else self.must):
            return "good"
        return "must" if self._reaches(self.must) else "MISSED"

    def _reaches(self, bar: float | None) -> bool:
        if bar is None:
            return False
        return self.measured >= bar if self.at_least else self.measured <= bar


def rank(samples: Sequence[float], share: float) -> float:
    """Percentile by nearest rank.

    Raises:
        ValueError: no sample.
    """
    if not samples:
        raise ValueError("no sample: nothing was measured")
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def bars_table(bars: Sequence[Bar]) -> str:
    """One line per figure."""
    lines = [f"{'':60} {'must':>9} {'good':>9} {'measured':>10}  verdict"]
    for bar in bars:
        sign = "≥" if bar.at_least else "≤"
        must, good = (f"{sign}{v:g}" if v is not None else "-" for v in (bar.must, bar.good))
        lines.append(
            f"{f'{bar.name} ({bar.unit})' if bar.unit else bar.name:60} {must:>9} {good:>9} "
            f"{bar.measured:>10.3g}  {bar.verdict}"
        )
    return "\n".join(lines)


def bars_data(bars: Sequence[Bar]) -> list[dict[str, object]]:
    """JSON-ready."""
    return [{**asdict(bar), "verdict": bar.verdict} for bar in bars]
