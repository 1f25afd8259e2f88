"""Whole ballots over a real Mosquitto: a hub as a process, rooms that speak the contract.

Owns: what rooms, pages and the record show, also when the hub is killed in between.
"""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests import hub_access, hub_room
from tests.broker import Mosquitto
from tests.hub_votes import box, chair, drained, mark, sign_in, vote

Json = dict[str, Any]

MEETING = """
title = "Giao ban"
[attendance]
gate = true
[[seats]]
seat = "main/1"
person = "an"
name = "Nguyễn Văn An"
role = "chair"
[[seats]]
seat = "main/2"
person = "binh"
[[seats]]
seat = "sat/1"
person = "chi"
[[seats]]
seat = "sat/2"
person = "dung"
[[ballots]]
id = "b-1"
text = { vi = "Thông qua báo cáo", en = "Adopt the report" }
rule = "ubnd"
closing_grace_s = 0
on_room_lost = "continue_without"
[[ballots]]
id = "b-2"
kind = "secret"
text = { vi = "Bầu", en = "Elect" }
rule = "ubnd"
"""

PEOPLE = {"main/1": "an", "main/2": "binh", "sat/1": "chi", "sat/2": "dung"}


class HubProcess:
    """One hub; its files outlive it."""

    def __init__(self, folder: Path, mqtt_port: int) -> None:
        (folder / "meeting.toml").write_text(MEETING, encoding="utf-8")
        self.data = folder / "data"
        hub_access.prepare(self.data)
        self._command = [
            *(sys.executable, "-m", "hub.cli", "run", "--mqtt", f"127.0.0.1:{mqtt_port}"),
            *("--http", "127.0.0.1:0", "--data", str(self.data)),
            *("--meeting", str(folder / "meeting.toml")),
        ]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Start and wait for the address."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().removeprefix("hub: ").strip()
        assert self.url.startswith("http://"), self.url

    def kill(self) -> None:
        """No goodbye."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None


@pytest.fixture
def hub(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[HubProcess]:
    """A running hub."""
    process = HubProcess(tmp_path, mosquitto.port)
    process.start()
    yield process
    process.kill()


async def command(hub: HubProcess, name: str, **body: Any) -> Json:
    """POST one command; it must be accepted."""
    async with (
        hub_access.session(hub.url) as session,
        session.post(f"/api/v1/commands/{name}", json=body) as answer,
    ):
        found: Json = await answer.json()
        assert answer.status == 202, found
        return found


async def fetch(hub: HubProcess, path: str) -> tuple[int, str]:
    """GET a page's data."""
    async with (
        hub_access.session(hub.url) as session,
        session.get(f"/api/v1/{path}") as answer,
    ):
        return answer.status, await answer.text()


async def staged(hub: HubProcess, ballot: str, stage: str, patience_s: float = 15.0) -> Json:
    """The ballot as pages show it, once it is at ``stage``."""
    async with (
        asyncio.timeout(patience_s),
        hub_access.session(hub.url) as session,
        session.get("/api/v1/stream", timeout=aiohttp.ClientTimeout()) as stream,
    ):
        async for raw in stream.content:
            if not raw.startswith(b"data: "):
                continue
            data = json.loads(raw.removeprefix(b"data: "))
            parts = data["value"] if data.get("path") == ["ballots"] else data.get("ballots", [])
            for found in parts:
                if (found["ballot"], found["stage"]) == (ballot, stage):
                    view: Json = found
                    return view
    raise AssertionError(f"{ballot} never was {stage}")


@asynccontextmanager
async def two_rooms(
    port: int,
) -> AsyncIterator[tuple[hub_room.FakeRoom, hub_room.FakeRoom]]:
    """Both rooms, arrived, and everybody signed in."""
    async with hub_room.on_broker(port, "main") as main, hub_room.on_broker(port, "sat") as sat:
        for room in (main, sat):
            await room.arrive()
        for seat in PEOPLE:
            room = main if seat.startswith("main") else sat
            await room.say("event", sign_in(seat, int(seat[-1])))
        for room in (main, sat):
            await room.until(
                "attendance", lambda m: [s["present"] for s in m["seats"].values()] == [True, True]
            )
        yield main, sat


async def verified(hub: HubProcess, folder: Path, ballot: str) -> Json:
    """The exported record, proved by the command line."""
    status, text = await fetch(hub, f"ballots/{ballot}/1/journal")
    assert status == 200
    path = folder / f"{ballot}.jsonl"
    path.write_text(text, encoding="utf-8")
    proof = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.cli", "tally", "--verify", str(path), "--json",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    out, _ = await proof.communicate()
    assert proof.returncode == 0
    found: Json = json.loads(out)
    return found


async def test_a_whole_ballot_with_the_hub_killed_in_the_middle(
    hub: HubProcess, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with two_rooms(mosquitto.port) as (main, sat):
        await command(hub, "ready_ballot", ballot="b-1", generation=1)
        shown = await main.until("ballot", lambda m: m["stage"] == "ready_check")
        assert shown["seats"]["1"] == {"person": "an", "refused": None}
        await main.say("event", chair("main", 10, "open"))
        for room in (main, sat):
            await room.until("ballot", lambda m: m["stage"] == "open")
        await main.say("event", vote("main/1", 11, "yes", person="an"))
        await sat.say("event", vote("sat/1", 11, "no", person="chi"))
        await main.until("receipt", lambda m: 11 in m["extra"])
        await sat.until("receipt", lambda m: 11 in m["extra"])
        hub.kill()
        hub.start()
        await main.until("ballot", lambda m: m["stage"] == "open" and m["gen"] > shown["gen"])
        await main.say("event", vote("main/1", 11, "yes", person="an"))
        await main.say("event", vote("main/2", 12, "yes", person="binh"))
        await sat.say("event", vote("main/2", 12, "no", person="binh", room="sat"))
        refused = await sat.until("receipt", lambda m: bool(m["refused"]))
        assert [entry["code"] for entry in refused["refused"]] == ["seat_unknown"]
        await command(hub, "close_ballot", ballot="b-1", generation=1)
        for room in (main, sat):
            await room.until("ballot", lambda m: m["stage"] == "closing")
        await sat.say("event", drained("sat", 14, since=11))
        await sat.say("event", vote("sat/2", 13, "abstain", person="dung"))
        await main.say("event", drained("main", 13, since=11))
        view = await staged(hub, "b-1", "counted")
        assert view["counts"] == {"yes": 2, "no": 1, "abstain": 1}
        assert view["result"]["outcome"] == "failed"
        assert view["rooms_not_heard"] == []
        await command(hub, "announce_ballot", ballot="b-1", generation=1)
        told = await sat.until("ballot", lambda m: m["stage"] == "announced")
        assert "tán thành 2" in told["result"]["vi"]
    status, document = await fetch(hub, "ballots/b-1/1")
    assert (status, json.loads(document)["counts"]["yes"]) == (200, 2)
    proof = await verified(hub, tmp_path, "b-1")
    assert (proof["ok"], proof["results_compared"]) == (True, 1)


async def test_a_secret_ballot_links_nobody_in_any_file(
    hub: HubProcess, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with two_rooms(mosquitto.port) as (main, sat):
        await command(hub, "ready_ballot", ballot="b-2", generation=1)
        keys = [await room.until("key", lambda m: m["for_boot"] == "b1") for room in (main, sat)]
        assert keys[0] == keys[1]
        key = base64.b64decode(keys[0]["key"])
        assert key in b"".join(path.read_bytes() for path in hub.data.iterdir())
        await command(hub, "open_ballot", ballot="b-2", generation=1)
        about = {"ballot": "b-2"}
        for seat, person in PEOPLE.items():
            room = main if seat.startswith("main") else sat
            await room.say("event", mark(seat, 10 + int(seat[-1]), person=person, **about))
        await command(hub, "close_ballot", ballot="b-2", generation=1)
        for room, choices in ((main, ("yes", "yes")), (sat, ("no", "yes"))):
            await room.until("ballot", lambda m: m["stage"] == "closing")
            sealed = box(room.room, *choices, key=key, **about)
            await room.say("event", drained(room.room, 13, sealed, since=11, **about))
        view = await staged(hub, "b-2", "counted")
        assert view["counts"] == {"yes": 3, "no": 1, "abstain": 0}
        assert (await verified(hub, tmp_path, "b-2"))["ok"]
    files = b"".join(path.read_bytes() for path in hub.data.iterdir())
    assert key not in files
    assert keys[0]["key"].encode() not in files
    for row in (await fetch(hub, "ballots/b-2/1/journal"))[1].splitlines()[1:-1]:
        line = json.loads(row)
        if line["event"]["what"] == "mark":
            assert line["at_s"] is None
            assert "choices" not in row


async def test_a_room_that_is_silent_at_the_closing_is_named(
    hub: HubProcess, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with two_rooms(mosquitto.port) as (main, _):
        for name in ("ready_ballot", "open_ballot", "close_ballot"):
            await command(hub, name, ballot="b-1", generation=1)
        await main.until("ballot", lambda m: m["stage"] == "closing")
        await main.say("event", drained("main", 3))
        await main.until("receipt", lambda m: m["upto"] == 3)
        view = await staged(hub, "b-1", "closing")
        assert view["rooms_not_heard"] == ["sat"]
        assert (await fetch(hub, "ballots/b-1/1"))[0] == 409
        assert (await fetch(hub, "ballots/b-1/1/journal"))[0] == 409
        await command(hub, "count_ballot", ballot="b-1", generation=1)
        view = await staged(hub, "b-1", "counted")
        assert view["result"]["rooms_not_heard"] == ["sat"]
        assert view["result"]["counted_without_them_by"] == "tests"
    assert (await verified(hub, tmp_path, "b-1"))["ok"]
