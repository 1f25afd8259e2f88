"""``make bench``: the figures of the house, as a table and as JSON.

Owns what is measured in which order. Figures stand beside a bare echo through the same broker
in the same run, because machines differ and are noisy.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.bench.echo import echo_ms
from tests.bench.press import Samples, Watch, presses
from tests.bench.stats import as_data, as_table, spread
from tests.rig import Ear, Site, listening, until_shown

UP = "phonghop/v1/main/up"
IDLE_S = 20.0


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


async def measure(site: Site, count: int, seed: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Everything, in order."""
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
        samples.ms["bare aiomqtt echo"] = await echo_ms(site.mqtt_port, count)
        watch = Watch()
        followers = [
            asyncio.create_task(follow, name=name)
            for name, follow in (
                ("twin", watch.follow_twin("main")),
                ("bytes", watch.follow_bytes("main")),
                ("page", watch.follow_page(site.http_port)),
            )
        ]
        await asyncio.sleep(0.5)
        say(f"{count} presses with the hub")
        await presses(watch, samples, "main", 25, count, "hub", seed)
        site.processes["hub"].kill()
        await ear.until(
            lambda t: t[f"{UP}/state/floor"]["authority"] == "room", "the room leads itself", 20.0
        )
        say(f"{count} presses with the room alone")
        await presses(watch, samples, "main", 25, count, "alone", seed + 1)
        cycle_ms = ear.latest[f"{UP}/state/devices"]["devices"]["bus-1"]["counters"]["cycle_ms"]
        figures["bus_cycle_ms"] = float(cycle_ms)
        for task in followers:
            task.cancel()
        await asyncio.wait(followers)
    return {name: spread(ms) for name, ms in samples.ms.items() if ms}, figures


def say(what: str) -> None:
    """Progress, on stderr."""
    print(f"bench: {what} ...", file=sys.stderr, flush=True)


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="presses per figure")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="phonghop-bench-") as folder:
        site = Site(Path(folder))
        try:
            rows, figures = asyncio.run(measure(site, args.count, args.seed))
        except AssertionError as error:
            print(f"bench: {error}\n{site.report()}", file=sys.stderr)
            return 1
        finally:
            with contextlib.suppress(ProcessLookupError):
                site.stop_all()
    print(
        f"one 25-unit bus at 115200 baud, Mosquitto, TCP_NODELAY on every socket, "
        f"seed {args.seed}, Python {platform.python_version()} on {platform.machine()}"
    )
    print(as_table(rows, rows.get("bare aiomqtt echo")))
    for name, value in figures.items():
        print(f"{name:44} {value}")
    data = {"figures": figures, "ms": as_data(rows), "seed": args.seed, "count": args.count}
    if args.json:
        args.json.write_text(json.dumps(data, indent=1) + "\n")
    else:
        print(json.dumps(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
