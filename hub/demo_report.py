"""What came of a script: its steps, and how they read.

Owns the report's form. Must not know what the steps were about.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was to happen."""

    name: str
    ok: bool
    ms: float
    observed: Any


@dataclass(slots=True)
class Report:
    """What came of a script."""

    script: str
    steps: list[Step] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Every step held."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    def as_json(self) -> Json:
        """The report as it is printed."""
        return {
            "script": self.script,
            "ok": self.ok,
            "steps": [asdict(step) for step in self.steps],
            "figures": self.figures,
        }


def table(report: Report) -> str:
    """The report for people."""
    lines = ["", f"{'ok':<4} {'ms':>9}  step"]
    for step in report.steps:
        lines.append(f"{'ok' if step.ok else 'SAI':<4} {step.ms:>9.1f}  {step.name}")
        lines.append(f"{'':15} {json.dumps(step.observed, ensure_ascii=False)}")
    lines.append("")
    lines += [f"{name:<55} {ms:>9.1f} ms" for name, ms in report.figures.items()]
    lines.append("")
    lines.append("Đạt / passed" if report.ok else "Không đạt / failed")
    return "\n".join(lines)
