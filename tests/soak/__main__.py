"""``python -m tests.soak``: meetings for hours; slopes for people, and JSON at the end.

Owns the command line and the order of things. Exit code: 0 when everything is flat, 1 when
something grows or breaks, 2 when the run was too short or too noisy to say.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from edge.twin.client import TwinClient
from hub.prepared import OVER_LISTED
from tests import hub_access
from tests.bench.start import records
from tests.chaos.schedule import ROOMS
from tests.rig import Site, listening, until_shown
from tests.soak import samples, slopes
from tests.soak.people import Table
from tests.soak.samples import Book

START_S = 300.0
"""A site may take so long to come up on a machine that has much else to do."""

GONE_S = 0.5
"""After a meeting its pages are closed; what is open then is the hub's own. Looked at in between,
a handful of pages more or less is all that can be seen."""

CODES = {"flat": 0, "steady": 0, "grows": 1, "unclear": 2}


def main() -> int:
    """Run, print, judge; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=0.5, help="how long (default 0.5)")
    parser.add_argument("--seed", type=int, default=1, help="who speaks and votes when")
    args = parser.parse_args()
    folder, book = Path(tempfile.mkdtemp(prefix="phonghop-soak-")), Book()
    began_s, held, error = time.monotonic(), 0, ""
    try:
        held = asyncio.run(soak(folder, book, args.seed, args.hours * 3600.0))
    except* (AssertionError, ProcessLookupError, OSError) as errors:
        error = repr(errors.exceptions[0])[:2000]
    report = judged(book)
    worst = slopes.of_all([process["verdict"] for process in report.values()])
    tell(report)
    code = 1 if error else CODES[worst]
    if code == 1:
        print(f"files and logs of this run are kept in {folder}; {error}")
    else:
        shutil.rmtree(folder)
    hours = (time.monotonic() - began_s) / 3600.0
    figures: dict[str, Any] = {"hours": round(hours, 3), "meetings": held, "verdict": worst}
    print(json.dumps({**figures, **({"error": error} if error else {}), "processes": report}))
    return code


async def soak(folder: Path, book: Book, seed: int, for_s: float) -> int:
    """Meetings on a site until the time is over; how many."""
    site = Site(folder)
    try:
        await records(site.folder / "hub", OVER_LISTED)  # a house that is not new: lists are full
        site.broker.start()
        for room in ROOMS:
            site.start_twin(room)
        site.start_hub()
        for room in ROOMS:
            await until_shown(room, lambda show: show["seats"], f"the twin of {room}", START_S)
            site.start_edge(room)
        async with listening(site) as ear:
            for room in ROOMS:
                topic = f"phonghop/v1/{room}/up/state/seats"
                await ear.until(lambda seen, topic=topic: seen[topic], f"seats of {room}", START_S)
        return await _hold(site, book, seed, for_s)
    finally:
        site.stop_all()


async def _hold(site: Site, book: Book, seed: int, for_s: float) -> int:
    number, until_s = OVER_LISTED, time.monotonic() + for_s
    async with contextlib.AsyncExitStack() as stack:
        url = f"http://127.0.0.1:{site.http_port}"
        session = await stack.enter_async_context(hub_access.session(url))
        twins = {r: await stack.enter_async_context(TwinClient(r)) for r in ROOMS}
        table = Table(session, twins, random.Random(seed))
        while time.monotonic() < until_s:
            number += 1
            await table.meeting(number)
            await asyncio.sleep(GONE_S)
            note_all(site, book)
    return number - OVER_LISTED


def note_all(site: Site, book: Book) -> None:
    """A sample of everything.

    Raises:
        ProcessLookupError: a process has ended.
    """
    for name, process in site.processes.items():
        found = samples.of_process(process.pid)
        found["log_bytes"] = samples.size_of(site.folder, f"{name}.log")
        kind, _, room = name.partition("-")
        if kind == "hub":
            found["database_bytes"] = samples.size_of(site.folder / "hub", "*.sqlite*")
        elif kind == "edge":
            found["database_bytes"] = samples.size_of(site.folder / "edge", f"{room}*.sqlite*")
        book.note(name, found)
    book.note("broker", samples.of_process(site.broker.pid))


def judged(book: Book) -> dict[str, Any]:
    """Slopes and verdict of every process."""
    report: dict[str, Any] = {}
    for process, figures in book.series.items():
        told: dict[str, Any] = {}
        for name, series in figures.items():
            at_s, values = slopes.warm(series.at_s, series.values)
            is_record = name in samples.RECORDS
            slope = slopes.fit(*((at_s, values) if is_record else slopes.quiet(at_s, values)))
            told[name] = {
                "last": series.values[-1],
                "per_h": None if slope is None else round(slope.per_h, 2),
                "noise_per_h": None if slope is None else round(slope.noise_per_h, 2),
                "verdict": slopes.judge_records(at_s, values)
                if is_record
                else slopes.judge(slope, samples.ALLOWED_PER_H[name]),
            }
        report[process] = {
            "verdict": slopes.of_all([one["verdict"] for one in told.values()]),
            **told,
        }
    return report


def tell(report: dict[str, Any]) -> None:
    """For people."""
    for process, told in report.items():
        print(f"{process}: {told['verdict']}")
        for name, one in told.items():
            if not isinstance(one, dict):
                continue
            slope = "too few samples for a slope"
            if one["per_h"] is not None:
                slope = f"{one['per_h']:+14.1f}/h ± {one['noise_per_h']:.1f}"
            print(f"  {name:15} {one['last']:14.0f} {slope}  {one['verdict']}")


if __name__ == "__main__":
    sys.exit(main())
