"""``make bench``: the figures of the house, as a table and as JSON.

Owns what is measured in which order: ``press`` (the microphone key), ``votes`` (a ballot of 25
seats), ``storm`` (a thousand rooms vote), ``rooms`` (how many busy rooms one hub carries),
``pages`` (what a browser shows, and 300 pages on one hub), ``start`` (a hub's start over long
records); ``aim``, ``frame``, ``follow``, ``director``, ``faces`` and ``listening`` against their
bars. Figures stand beside something bare in the same run, an echo through the same broker or SQLite
on the same disk, because machines differ and are noisy.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.bars import Bar, bars_data, bars_table
from tests.bench.commit import alone_ms, commit_ms
from tests.bench.echo import echo_ms
from tests.bench.page import Page
from tests.bench.press import Samples, Watch, presses
from tests.bench.rooms import rooms
from tests.bench.start import start
from tests.bench.stats import Spread, as_data, as_table, spread
from tests.bench.storm import storm
from tests.bench.votes import Votes, ballot_ids, meeting_text
from tests.rig import Ear, Site, listening, until_shown

UP = "phonghop/v1/main/up"
IDLE_S = 20.0
ECHO = "bare aiomqtt echo"


@dataclass(frozen=True, slots=True)
class Found:
    """What one part measured: single figures, and samples in milliseconds."""

    figures: dict[str, Any]
    rows: dict[str, Spread | None]
    bars: tuple[Bar, ...] = ()


async def start_room(site: Site, ear: Ear) -> float:
    """Start the edge; seconds until every unit has answered and the hub leads."""
    started_s = time.monotonic()
    site.start_edge("main", level="WARNING")
    await ear.until(
        lambda t: (
            all(s["health"] == "ok" for s in t[f"{UP}/state/seats"]["seats"].values())
            and t[f"{UP}/status"]["state"] == "online"
        ),
        "the room is ready",
        30.0,
    )
    return time.monotonic() - started_s


async def idle(site: Site) -> dict[str, float]:
    """Processor and memory of an edge that polls 25 units while nobody speaks."""
    process = psutil.Process(site.processes["edge-main"].pid)
    before, started_s = process.cpu_times(), time.monotonic()
    await asyncio.sleep(IDLE_S)
    after, wall_s = process.cpu_times(), time.monotonic() - started_s
    used_s = after.user + after.system - before.user - before.system
    return {
        "edge_idle_cpu_percent": round(100 * used_s / wall_s, 2),
        "edge_rss_mb": round(process.memory_info().rss / 1e6, 1),
    }


@contextlib.asynccontextmanager
async def together(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the body, and end them with it."""
    tasks = [asyncio.create_task(work, name="bench follower") for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def measure_presses(site: Site, choice: argparse.Namespace) -> Found:
    """A press of the microphone key, with the hub and without."""
    site.broker.start()
    site.start_hub()
    site.start_twin("main")
    await until_shown("main", lambda s: s["seats"], "the twin", 20.0)
    samples = Samples()
    async with listening(site) as ear:
        await ear.until(lambda t: t["phonghop/v1/hub/status"]["state"] == "online", "the hub", 20.0)
        figures = {"edge_ready_s": round(await start_room(site, ear), 2)}
        await ear.until(
            lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads", 20.0
        )
        say("idle")
        figures.update(await idle(site))
        say("echo")
        samples.ms[ECHO] = await echo_ms(site.mqtt_port, choice.count)
        watch = Watch()
        follow = (
            watch.follow_twin("main"),
            watch.follow_bytes("main"),
            watch.follow_page(site.http_port),
        )
        async with together(*follow):
            await asyncio.sleep(0.5)
            say(f"{choice.count} presses with the hub")
            await presses(watch, samples, "main", 25, choice.count, "hub", choice.seed)
            site.processes["hub"].kill()
            await ear.until(
                lambda t: t[f"{UP}/state/floor"]["authority"] == "room",
                "the room leads itself",
                20.0,
            )
            say(f"{choice.count} presses with the room alone")
            await presses(watch, samples, "main", 25, choice.count, "alone", choice.seed + 1)
        cycle_ms = ear.latest[f"{UP}/state/devices"]["devices"]["bus-1"]["counters"]["cycle_ms"]
        figures["bus_cycle_ms"] = float(cycle_ms)
    return Found(figures, {name: spread(ms) for name, ms in samples.ms.items() if ms})


async def measure_votes(site: Site, choice: argparse.Namespace) -> Found:
    """Votes at the keys of one room, and what a commit costs there."""
    samples = Samples()
    say("commits")
    samples.ms["vote -> on the room's disk"] = await commit_ms(site.folder, choice.count)
    samples.ms["SQLite alone, such a commit"] = alone_ms(site.folder, choice.count)
    ballots = ballot_ids(choice.ballots)
    meeting = site.folder / "meeting.toml"
    meeting.write_text(meeting_text(ballots, "main", 25), encoding="utf-8")
    site.broker.start()
    site.start_hub("--meeting", str(meeting))
    site.start_twin("main")
    await until_shown("main", lambda s: s["seats"], "the twin", 20.0)
    watch, page, chance = Watch(), Page(site.http_port), random.Random(choice.seed)
    async with listening(site) as ear, together(watch.follow_twin("main"), page.follow()):
        await start_room(site, ear)
        await ear.until(
            lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads", 20.0
        )
        samples.ms[ECHO] = await echo_ms(site.mqtt_port, 100)
        votes = Votes(page, watch, samples, "main", 25)
        for ballot in ballots:
            say(f"ballot {ballot}")
            await votes.ballot(ballot, chance)
    return Found({}, {name: spread(ms) for name, ms in samples.ms.items()})


async def measure_pages(site: Site, choice: argparse.Namespace) -> Found:
    """The pages in a browser, then hundreds of them on one hub."""
    from tests.bench import pixels  # a browser is needed for this part only

    pixels.let_in(site.folder / "hub")
    site.broker.start()
    site.start_hub()
    site.start_twin("main")
    await until_shown("main", lambda s: s["seats"], "the twin", 20.0)
    root, figures = f"http://127.0.0.1:{site.http_port}", dict[str, Any]()
    async with listening(site) as ear:
        await start_room(site, ear)
        say("weights")
        addresses = {"technician": f"{root}/", "screen": f"{root}/display/main"}
        weights = {name: await pixels.weigh(address) for name, address in addresses.items()}
        watch, alone, crowded = Watch(), Samples(), Samples()
        follow = (watch.follow_twin("main"), watch.follow_bytes("main"))
        async with together(*follow), pixels.browser_page(f"{root}/") as page:
            say(f"{choice.count} presses, one page")
            await pixels.press_and_see(page, watch, [], alone, choice.count, choice.seed)
            streams = [pixels.Stream() for _ in range(choice.pages)]
            async with together(*(stream.follow(site.http_port) for stream in streams)):
                await asyncio.sleep(2.0)
                say(f"{choice.count} presses, {choice.pages} pages")
                hub = psutil.Process(site.processes["hub"].pid)
                before_s, began_s = pixels.cpu_s(hub), time.monotonic()
                await pixels.press_and_see(page, watch, streams, crowded, choice.count, choice.seed)
                used = (pixels.cpu_s(hub) - before_s) / (time.monotonic() - began_s)
                figures[f"hub_cpu_percent_{choice.pages}_pages"] = round(100 * used, 1)
                before_s, began_s = pixels.cpu_s(hub), time.monotonic()
                await asyncio.sleep(IDLE_S)
                used = (pixels.cpu_s(hub) - before_s) / (time.monotonic() - began_s)
                figures[f"hub_idle_cpu_percent_{choice.pages}_pages"] = round(100 * used, 1)
    rows = {name: spread(ms) for name, ms in alone.ms.items()}
    rows |= {f"{choice.pages} pages, {name}": spread(ms) for name, ms in crowded.ms.items()}
    return Found(figures, rows, pixels.bars(alone, weights))


async def measure_storm(site: Site, choice: argparse.Namespace) -> Found:
    """A thousand rooms vote."""
    say(f"{choice.rooms} rooms of {choice.seats}")
    return Found(*await storm(site, choice.rooms, choice.seats, choice.spread, choice.seed))


async def measure_rooms(site: Site, choice: argparse.Namespace) -> Found:
    """Busy rooms, more and more."""
    say(f"rooms that talk: {', '.join(map(str, choice.steps))}")
    return Found(*await rooms(site, choice.steps, choice.window, choice.seed))


async def measure_start(site: Site, choice: argparse.Namespace) -> Found:
    """A hub's start over long records."""
    say(f"records of {', '.join(map(str, choice.meetings))} meetings")
    return Found(await start(site.folder, choice.meetings), {})


def pure(module: str, measure: str) -> Callable[[Site, argparse.Namespace], Awaitable[Found]]:
    """A part of seeded simulations; what it needs is imported when it runs."""

    async def part(_: Site, choice: argparse.Namespace) -> Found:
        say(f"simulations of {measure}")
        found = getattr(importlib.import_module(f"tests.bench.{module}"), measure)
        # In a thread of its own: some parts run loops of their own.
        return Found({}, {}, await asyncio.to_thread(found, choice.seed))

    return part


PARTS = {
    "press": measure_presses,
    "votes": measure_votes,
    "storm": measure_storm,
    "pages": measure_pages,
    "rooms": measure_rooms,
    "start": measure_start,
    "aim": pure("cameras", "aim"),
    "frame": pure("cameras", "frame"),
    "follow": pure("cameras", "walking"),
    "director": pure("directing", "director"),
    "faces": pure("cameras", "faces"),
    "listening": pure("listening", "listening"),
}


def say(what: str) -> None:
    """Progress, on stderr."""
    print(f"bench: {what} ...", file=sys.stderr, flush=True)


def machine(folder: Path) -> dict[str, Any]:
    """What it was measured on."""
    mounts = [p for p in psutil.disk_partitions(all=True) if str(folder).startswith(p.mountpoint)]
    mount = max(mounts, key=lambda p: len(p.mountpoint), default=None)
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "disk": f"{mount.fstype} on {mount.device}" if mount else "unknown",
        "load before": round(os.getloadavg()[0], 2),
    }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="bench", description=__doc__)
    found.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when none is named"
    )
    found.add_argument("--count", type=int, default=200, help="presses, or commits, per figure")
    found.add_argument("--ballots", type=int, default=8, help="ballots of 25 seats")
    found.add_argument("--rooms", type=int, default=1000, help="rooms of the storm")
    found.add_argument("--seats", type=int, default=25, help="seats of each of them")
    found.add_argument(
        "--spread",
        type=float,
        nargs="+",
        default=[0.0, 0.0, 2.0],
        metavar="S",
        help="one ballot of the storm each: everybody presses within so many seconds",
    )
    found.add_argument(
        "--steps",
        type=int,
        nargs="+",
        default=list(range(50, 601, 50)),
        metavar="ROOMS",
        help="busy rooms at once, more and more, until presses are late",
    )
    found.add_argument("--window", type=float, default=6.0, metavar="S", help="length of a step")
    found.add_argument("--pages", type=int, default=300, help="pages that are open at once")
    found.add_argument(
        "--meetings",
        type=int,
        nargs="+",
        default=[1, 10, 100],
        metavar="N",
        help="meetings in the records of a hub that starts",
    )
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--folder", type=Path, help="where to write (a disk to be measured)")
    found.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return found


def main() -> int:
    """Measure, print, write."""
    choice = parser().parse_args()
    if unknown := set(choice.parts) - PARTS.keys():
        parser().error(f"no part is called {', '.join(sorted(unknown))}")
    data: dict[str, Any] = {"seed": choice.seed}
    for name in choice.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="phonghop-bench-", dir=choice.folder) as folder:
            data.setdefault("machine", machine(Path(folder).resolve()))
            site = Site(Path(folder))
            try:
                found = asyncio.run(PARTS[name](site, choice))
            except AssertionError as error:
                print(f"bench: {name}: {error}\n{site.report()}", file=sys.stderr)
                return 1
            finally:
                with contextlib.suppress(ProcessLookupError):
                    site.stop_all()
        print(f"\n{name}: {'; '.join(f'{k} {v}' for k, v in data['machine'].items())}")
        if found.rows:
            print(as_table(found.rows, found.rows.get(ECHO)))
        if found.bars:
            print(bars_table(found.bars))
        for figure, value in found.figures.items():
            print(f"{figure:66} {value:>10}")
        data[name] = {
            "figures": found.figures,
            "ms": as_data(found.rows),
            "bars": bars_data(found.bars),
        }
    if choice.json:
        choice.json.write_text(json.dumps(data, indent=1) + "\n")
    else:
        print(json.dumps(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
