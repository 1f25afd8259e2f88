"""What each kind of fault left working, and how long its traces stayed.

Theory. While everything fails together nothing can be told of one fault, so only those count
that were alone: no other one from its beginning until all was well again. *Well* is looked for
four times a second: the hub answers a page, both rooms are with it, no event waits in a room, no
process is away, no unit is said to talk unasked. A press is *answered* when a lamp or the
microphone of its seat changes soon after; what people press when nothing fails is the measure.

Owns these sums, from the history alone. Must not judge: nothing here fails a run.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.chaos import floor
from tests.chaos.history import History, Press, Trouble
from tests.chaos.looks import NO_PAGE

ANSWER_S = 1.5
"""From the press to a change that one sees at the seat; a busy machine needs a part of it."""

NOTHING = "(nothing)"
"""The row of the moments without any fault."""

TOLD = ("fast", "on")


@dataclass(slots=True)
class Row:
    """Of one kind of fault."""

    kind: str
    faults: int = 0
    """How many were made; the rest is of those that were alone."""
    alone: int = 0
    heal_s: list[float] = field(default_factory=list)
    answers_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By ``own`` and ``other`` room; a fault of no room has others alone."""
    presses: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    votes: int = 0
    """How often a seat began to show a vote as recorded or counted."""
    stops: int = 0
    stopped: int = 0
    looks: int = 0
    pages: int = 0
    """Of so many looks at the hub's page it answered."""

    def figures(self) -> dict[str, Any]:
        """For the JSON."""
        found: dict[str, Any] = {"faults": self.faults, "alone": self.alone}
        if self.heal_s:
            found["heal_s_p50"] = round(statistics.median(self.heal_s), 1)
            found["heal_s_max"] = round(max(self.heal_s), 1)
        for whose, count in sorted(self.presses.items()):
            answers = self.answers_ms[whose]
            found[f"{whose}_room_presses"] = count
            found[f"{whose}_room_answered"] = len(answers)
            if answers:
                found[f"{whose}_room_ms_p50"] = round(statistics.median(answers))
        stops = {"chair_stops": self.stops, "chair_stopped": self.stopped}
        pages = {"page_looks": self.looks, "page_answers": self.pages}
        return found | {"votes_recorded": self.votes} | stops | pages


def ledger(history: History) -> list[Row]:
    """A row for each kind of fault, and one of no fault."""
    rows: dict[str, Row] = defaultdict(lambda: Row(""))
    troubles = sorted(history.troubles, key=lambda each: each.from_s)
    late = {id(press) for press in _late_stops(history)}
    for trouble in troubles:
        row = rows.setdefault(trouble.kind, Row(trouble.kind))
        row.faults += 1
        well_s = well_after(history, trouble.to_s)
        if well_s is None or not _is_alone(trouble, troubles, history, well_s):
            continue
        row.alone += 1
        row.heal_s.append(well_s - trouble.to_s)
        _add(row, history, trouble.room, (trouble.from_s, trouble.to_s), late)
    calm = Row(NOTHING)
    for from_s, to_s in calms(history, troubles):
        _add(calm, history, None, (from_s, to_s), late)
    return [calm, *sorted(rows.values(), key=lambda row: row.kind)]


def well_after(history: History, at_s: float) -> float | None:
    """When all was well again; None: never."""
    return next((seen_s for seen_s, wrong in history.looks if seen_s >= at_s and not wrong), None)


def _is_alone(
    trouble: Trouble, troubles: Sequence[Trouble], history: History, well_s: float
) -> bool:
    """Nothing else from a moment before it until all was well."""
    before = [each for each in troubles if each is not trouble and each.from_s <= well_s]
    for other in before:
        other_well_s = well_after(history, other.to_s)
        if other_well_s is None or other_well_s > trouble.from_s:
            return False
    return True


def calms(history: History, troubles: Sequence[Trouble]) -> Iterator[tuple[float, float]]:
    """From when all was well until the next fault, or the end of the looking."""
    ended_s = max((at_s for at_s, _ in history.looks), default=0.0)
    began_s = min((at_s for at_s, _ in history.looks), default=0.0)
    busy = [(began_s, began_s), *((each.from_s, each.to_s) for each in troubles)]
    busy.append((ended_s, ended_s))
    latest_s = began_s
    for (_, to_s), (next_s, _) in pairwise(busy):
        latest_s = max(latest_s, to_s)
        well_s = well_after(history, latest_s)
        if well_s is not None and well_s < next_s - ANSWER_S:
            yield well_s, next_s - ANSWER_S


def _add(
    row: Row, history: History, room: str | None, span: tuple[float, float], late: set[int]
) -> None:
    """What worked in this time."""

    def within(at_s: float) -> bool:
        return span[0] <= at_s <= span[1]

    for press in history.presses:
        if press.who != "console" and within(press.at_s):
            whose = "own" if press.room == room else "other"
            row.presses[whose] += 1
            answer_s = answered_s(history, press)
            if answer_s is not None:
                row.answers_ms[whose].append(1000 * answer_s)
    stops = [press for press in floor.stops(history) if within(press.at_s)]
    row.stops += len(stops)
    row.stopped += sum(id(press) not in late for press in stops)
    looks = [wrong for at_s, wrong in history.looks if within(at_s)]
    row.looks += len(looks)
    row.pages += sum(wrong != NO_PAGE for wrong in looks)
    row.votes += sum(within(at_s) for at_s in _recorded(history))


def answered_s(history: History, press: Press) -> float | None:
    """How long until the seat showed something else; None: it did not, soon."""
    changes = [at_s for at_s, _ in history.lamps[press.seat]]
    changes += [at_s for at_s, _ in history.relays[press.seat]]
    after = [at_s - press.at_s for at_s in changes if 0 < at_s - press.at_s <= ANSWER_S]
    return min(after, default=None)


def _recorded(history: History) -> Iterator[float]:
    """When a seat began to show a vote as recorded or counted."""
    for changes in history.lamps.values():
        for (_, before), (at_s, lamps) in pairwise([(0.0, {}), *changes]):
            lit = [key for key in ("yes", "abstain", "no") if lamps.get(key) in TOLD]
            if lit and not any(before.get(key) in TOLD for key in lit):
                yield at_s


def _late_stops(history: History) -> Iterator[Press]:
    wrong = {fault.at_s for fault in floor.lockouts(history)}
    yield from (press for press in floor.stops(history) if press.at_s in wrong)


COLUMNS: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    ("alone of", lambda f: f"{f['alone']} of {f['faults']}" if f["faults"] else ""),
    ("own room: presses answered, p50", lambda f: _presses(f, "own")),
    ("other room: presses answered, p50", lambda f: _presses(f, "other")),
    ("votes recorded", lambda f: str(f["votes_recorded"])),
    ("chair's stops", lambda f: _share(f["chair_stopped"], f["chair_stops"])),
    ("page answered", lambda f: _share(f["page_answers"], f["page_looks"])),
    ("well again after, p50; max", lambda f: _heal(f)),
)


def table(figures: dict[str, dict[str, Any]], lost: int) -> list[str]:
    """The rows as Markdown, for people and for ``docs/figures.md``."""
    names = ["fault", *(name for name, _ in COLUMNS), "lost"]
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for kind, found in figures.items():
        cells = [kind.replace("_", " "), *(text(found) for _, text in COLUMNS), str(lost)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _presses(found: dict[str, Any], whose: str) -> str:
    count = found.get(f"{whose}_room_presses", 0)
    if not count:
        return ""
    ms = found.get(f"{whose}_room_ms_p50")
    share = _share(found[f"{whose}_room_answered"], count)
    return share if ms is None else f"{share}, {ms} ms"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else ""


def _heal(found: dict[str, Any]) -> str:
    return f"{found['heal_s_p50']} s; {found['heal_s_max']} s" if "heal_s_p50" in found else ""


# --- several runs together -----------------------------------------------------------------------


def pack(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """The rows with every value, as JSON: to be put together with other runs'."""
    names = ("faults", "alone", "heal_s", "answers_ms", "presses", "votes", "stops", "stopped")
    return {
        row.kind: {name: getattr(row, name) for name in (*names, "looks", "pages")} for row in rows
    }


def together(runs: Sequence[dict[str, dict[str, Any]]]) -> list[Row]:
    """The rows of several runs as one."""
    found: dict[str, Row] = {}
    for packed in runs:
        for kind, values in packed.items():
            row = found.setdefault(kind, Row(kind))
            for name in (
                "faults",
                "alone",
                "heal_s",
                "votes",
                "stops",
                "stopped",
                "looks",
                "pages",
            ):
                setattr(row, name, getattr(row, name) + values[name])
            for whose, answers in values["answers_ms"].items():
                row.answers_ms[whose] += answers
            for whose, count in values["presses"].items():
                row.presses[whose] += count
    return sorted(found.values(), key=lambda row: (row.kind != NOTHING, row.kind))
