"""The faults of processes do what they say: wrong clock, full disk, silence, death.

Owns small programs of its own; the product does not run here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from tests.broker import Mosquitto
from tests.chaos import faults
from tests.chaos.faults import Faults, limit_writes
from tests.chaos.history import History, events_in
from tests.chaos.packets import Publish
from tests.chaos.proxy import Proxy
from tests.chaos.schedule import Fault
from tests.chaos.site import ChaosSite, Journaled

ROOT = Path(__file__).parents[2]
PATIENCE_S = 15.0

CLOCK_PROBE = """
import sys, time
def main(words):
    print(*words, flush=True)
    start = time.monotonic()
    for line in sys.stdin:
        time.sleep(0.11)
        print(time.time(), time.time_ns() / 1e9, time.monotonic() - start, flush=True)
"""

DISK_PROBE = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("PRAGMA journal_mode=WAL"); base.execute("PRAGMA synchronous=FULL")
base.execute("CREATE TABLE vote (n INTEGER)")
print("ready", flush=True)
for line in sys.stdin:
    try:
        base.execute("INSERT INTO vote VALUES (?)", (int(line),))
        print("recorded", flush=True)
    except sqlite3.Error as error:
        print("refused", flush=True)
"""

SLEEPER = "import time; time.sleep(60)"


@asynccontextmanager
async def program(
    *words: str, path: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python process with pipes."""
    env = {**os.environ, "PYTHONPATH": str(path)} if path is not None else None
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=env,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def said(process: asyncio.subprocess.Process, line: str = "") -> str:
    """What it says, after it was told ``line``."""
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(line.encode() + b"\n")
    async with asyncio.timeout(PATIENCE_S):
        return (await process.stdout.readline()).decode().strip()


async def test_the_wall_clock_jumps_and_the_monotonic_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "clock_probe.py").write_text(CLOCK_PROBE)
    offset = tmp_path / "offset"
    words = ("-m", "tests.chaos.edge_with_clock", str(offset), "clock_probe", "run", "--room")
    async with program(*words, path=tmp_path) as process:
        assert await said(process) == "run --room"
        for jump_s in (0.0, -400 * 86400.0, 600.0):
            offset.write_text(str(jump_s))
            wall_s, nanos_s, mono_s = map(float, (await said(process, "now")).split())
            assert wall_s - time.time() == pytest.approx(jump_s, abs=PATIENCE_S)
            assert nanos_s == pytest.approx(wall_s, abs=PATIENCE_S)
            assert 0 <= mono_s < PATIENCE_S


async def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    base = tmp_path / "votes.sqlite"
    async with program("-c", DISK_PROBE, str(base)) as process:
        assert await said(process) == "ready"
        assert await said(process, "1") == "recorded"
        limit_writes(process.pid, 0)
        assert await said(process, "2") == "refused"
        assert await said(process, "3") == "refused"
        limit_writes(process.pid, -1)
        assert await said(process, "4") == "recorded"
    rows = sqlite3.connect(base).execute("SELECT n FROM vote ORDER BY n").fetchall()
    assert rows == [(1,), (4,)]


def test_a_full_disk_of_a_dead_process_is_no_error() -> None:
    limit_writes(2**22 - 1, 0)


class Sleepers(ChaosSite):
    """A site whose processes do nothing, so that only the faults are seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history = History()
        self.processes = {
            name: Journaled(name, [sys.executable, "-c", SLEEPER], folder / f"{name}.log", {})
            for name in ("edge-main", "hub")
        }
        self.broker = AlwaysThere()  # type: ignore[assignment]
        self.missing = {}
        self.nets = {}


class AlwaysThere:
    """A broker that never ends."""

    running = True


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Sleepers]:
    """Two sleeping processes."""
    made = Sleepers(tmp_path)
    for process in made.processes.values():
        process.start()
    yield made
    for process in made.processes.values():
        process.kill()


def state(pid: int) -> str:
    """What the kernel says of a process: ``S`` sleeps, ``T`` is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_kill_is_sudden_and_followed_by_a_new_start(site: Sleepers) -> None:
    said_: list[str] = []
    edge = site.processes["edge-main"]
    before, popen = edge.pid, edge.popen
    await Faults(site, said_.append).do(Fault(0.0, "kill", "edge-main", 0.2))
    assert popen is not None
    assert popen.returncode == -9
    assert edge.pid != before
    assert said_ == ["kill edge-main for 0.2 s"]
    (away,) = site.history.away["main"]
    assert away.to_s - away.from_s >= 0.2
    assert site.history.faults == {"kill": 1}


async def test_pause_stops_and_continues(site: Sleepers) -> None:
    pid = site.processes["hub"].pid
    pausing = asyncio.create_task(Faults(site, print).do(Fault(0.0, "pause", "hub", 0.5)))
    async with asyncio.timeout(PATIENCE_S):
        while state(pid) != "T":
            await asyncio.sleep(0.01)
    await pausing
    async with asyncio.timeout(PATIENCE_S):
        while state(pid) == "T":
            await asyncio.sleep(0.01)
    assert site.processes["hub"].pid == pid
    assert "hub" not in site.history.away


async def test_who_ends_by_itself_is_started_again_and_named(site: Sleepers) -> None:
    hub = site.processes["hub"]
    before = hub.pid
    nursing = asyncio.create_task(Faults(site, print).nurse())
    hub.kill()
    async with asyncio.timeout(PATIENCE_S):
        while not site.history.died or hub.pid == before:
            await asyncio.sleep(0.01)
    nursing.cancel()
    await asyncio.wait({nursing})
    assert site.history.died == ["hub"]


async def test_who_says_why_it_cannot_start_on_a_full_disk_has_not_died(site: Sleepers) -> None:
    edge = site.processes["edge-main"]
    edge.kill()
    says = "import sys; sys.exit('phonghop-edge run: disk I/O error')"
    edge.command = [sys.executable, "-c", says]
    edge.start()
    lines: list[str] = []
    faults = Faults(site, lines.append)
    filling = asyncio.create_task(faults.do(Fault(0.0, "disk_full", "edge-main", PATIENCE_S)))
    nursing = asyncio.create_task(faults.nurse())
    async with asyncio.timeout(PATIENCE_S):
        while not any("cannot start on a full disk" in line for line in lines):
            await asyncio.sleep(0.01)
    for task in (nursing, filling):
        task.cancel()
    await asyncio.wait({nursing, filling})
    assert site.history.died == []


def test_what_reaches_the_hub_twice_is_counted() -> None:
    found = History()
    event = b'{"source": "main", "epoch": "e", "seq": %d}'
    one = Publish("phonghop/v1/main/up/event", event % 1, 1, 1, False, False)
    both = b'{"events": [%s, %s]}' % (event % 1, event % 2)
    two = Publish("phonghop/v1/main/up/events", both, 1, 2, False, False)
    for direction, publish in (("down", one), ("up", one), ("down", two), ("down", two)):
        found.witness_hub(direction, publish)  # type: ignore[arg-type]
    assert found.duplicates == 3
    assert len(list(events_in(two))) == 2


def retained(topic: str, payload: dict[str, object]) -> Publish:
    """A message of or to the main room."""
    data = json.dumps(payload).encode()
    return Publish(f"phonghop/v1/main/{topic}", data, 1, 1, False, True)


def test_what_a_room_reports_and_is_told_is_kept() -> None:
    found = History()
    floor = retained("up/state/floor", {"speaking": [{"seat": "main/3"}]})
    found.witness_room("main", "up", floor)
    found.witness_room("main", "up", retained("up/status", {"outbox": 7}))
    for rev, ballot in ((1, None), (4, "b"), (5, "b"), (3, "a"), (6, "c")):
        message = retained("down/ballot", {"gen": 1, "rev": rev, "ballot": ballot})
        found.witness_room("main", "down", message)
    assert found.floors["main"][0][1] == {"main/3"}
    assert found.deepest_outbox == 7
    assert [ballot for _, ballot in found.told["main"]] == ["", "b", "c"]


class Forgetful(ChaosSite):
    """A site with a real broker alone."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.folder = folder
        self.history = History()
        self.processes = {}
        self.missing = {}
        self.nets = {}
        self.broker = broker


async def test_a_unit_chatters_for_as_long_as_it_should(
    site: Sleepers, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str | None]] = []

    class Twin:
        def __init__(self, room: str) -> None:
            assert room == "main"

        async def __aenter__(self) -> Twin:
            return self

        async def __aexit__(self, *_: object) -> None: ...

        async def fault(self, device: str, fault: str | None) -> None:
            told.append((device, fault))

    monkeypatch.setattr(faults, "TwinClient", Twin)
    await Faults(site, print).do(Fault(0.0, "chatter", "unit-main", 0.0, 5.0))
    assert told == [("seat-5", "chatters"), ("seat-5", None)]


async def test_a_cable_is_out_and_in_again_and_the_room_is_told_nothing_meanwhile(
    site: Sleepers,
) -> None:
    seen: list[object] = []

    class Net:
        def pull(self) -> None:
            seen.append(("out", site.links["link-main"].weather.stalled))

        def plug(self) -> None:
            seen.append(("in", site.links["link-main"].weather.stalled))

    site.links = {"link-main": Proxy(("127.0.0.1", 1))}
    site.nets["link-main"] = Net()  # type: ignore[assignment]
    await Faults(site, print).do(Fault(0.0, "unplug", "link-main", 0.0))
    assert seen == [("out", True), ("in", True)]
    assert not site.links["link-main"].weather.stalled


@pytest.mark.broker
@pytest.mark.parametrize(("kind", "found"), [("broker_stale", b"old"), ("broker_empty", None)])
async def test_a_broker_comes_back_with_an_old_memory_or_none(
    tmp_path: Path, mosquitto: Mosquitto, kind: str, found: bytes | None
) -> None:
    site = Forgetful(tmp_path, mosquitto)
    await retain(mosquitto.port, b"old")
    await asyncio.to_thread(site.remember_broker)
    await retain(mosquitto.port, b"new")
    mosquitto.save()
    await Faults(site, print).do(Fault(0.0, kind, "broker", 0.0))
    assert await retained_at(mosquitto.port) == found


async def retain(port: int, payload: bytes) -> None:
    """The broker has it when this returns."""
    async with aiomqtt.Client("127.0.0.1", port, identifier="keeper") as client:
        await client.publish("memory", payload, qos=1, retain=True)


async def retained_at(port: int) -> bytes | None:
    """What it remembers; a message of ours comes after what is retained."""
    async with aiomqtt.Client("127.0.0.1", port, identifier="keeper") as client:
        await client.subscribe("memory", qos=1)
        await client.publish("memory", b"end", qos=1)
        first = await anext(client.messages)
        assert isinstance(first.payload, bytes)
        return first.payload if first.retain else None


async def test_a_power_cut_needs_a_machine_that_knows_of_syncs(site: Sleepers) -> None:
    lines: list[str] = []
    site.missing["power_cut"] = "no C compiler"
    await Faults(site, lines.append).do(Fault(0.0, "power_cut", "hub", 1.0))
    assert lines == [
        "left out: power cut hub, 0% of the unsynced blocks kept, for 1.0 s (no C compiler)"
    ]
    assert site.history.faults == {}


async def test_a_power_cut_kills_and_forgets(site: Sleepers, tmp_path: Path) -> None:
    class Forgets:
        def cut(self, chance: object, kept_share: float) -> int:
            (tmp_path / "cut").write_text(str(kept_share))
            return 7

    site._disks = {"edge-main": Forgets()}  # type: ignore[dict-item]
    before = site.processes["edge-main"].pid
    await Faults(site, print).do(Fault(0.0, "power_cut", "edge-main", 0.0, 0.5))
    assert (tmp_path / "cut").read_text() == "0.5"
    assert site.processes["edge-main"].pid != before
    assert site.history.forgotten_bytes == 7
