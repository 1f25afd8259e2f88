"""The twin as a process: real bytes on its ports, hands through its socket, a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.core.address import RUN_DIR_VARIABLE, parse_port
from drivers.core.errors import LinkDown
from drivers.core.transport import Transport, connect_to
from edge.twin.client import TwinClient
from edge.twin.control import TwinError, socket_path
from tests.console_hands import FULL
from tests.rig import PATIENCE_S

ROOT = Path(__file__).parents[2]
WAIT_S = PATIENCE_S

pytestmark = pytest.mark.usefixtures("run_dir")


@asynccontextmanager
async def started(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """``phonghop-edge twin ...`` as a process of its own, which ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", "twin", *words,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def command(*words: str) -> tuple[int | None, str, str]:
    """Exit code, stdout and stderr of one command."""
    async with started(*words) as process, asyncio.timeout(WAIT_S):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def running_twin(room: str = "main") -> AsyncIterator[asyncio.subprocess.Process]:
    """A twin that has said it is ready; killed with the block unless it was ended before."""
    async with started("run", "--room", room) as process:
        assert process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            line = await process.stdout.readline()
        assert line.startswith(b"twin ready: "), line
        yield process


async def end(process: asyncio.subprocess.Process, number: signal.Signals) -> int | None:
    """Send the signal and wait for the end."""
    process.send_signal(number)
    async with asyncio.timeout(WAIT_S):
        await process.communicate()
    return process.returncode


@pytest.fixture
async def twin(run_dir: Path) -> AsyncIterator[TwinClient]:
    """A connection to a running twin of the main room."""
    async with running_twin() as process:
        async with TwinClient("main") as client:
            yield client
        assert await end(process, signal.SIGTERM) == 0


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A twin of the main room for all tests that leave it as it is; its run folder."""
    folder = tmp_path_factory.mktemp("lasting")
    process = subprocess.Popen(
        [sys.executable, "-m", "edge.cli", "twin", "run", "--room", "main"],
        cwd=ROOT, env={**os.environ, RUN_DIR_VARIABLE: str(folder)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"twin ready: ")
        yield folder
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
async def lasting_twin(
    lasting: Path, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TwinClient]:
    """A connection to it."""
    monkeypatch.setenv(RUN_DIR_VARIABLE, str(lasting))
    async with TwinClient("main") as client:
        yield client


@asynccontextmanager
async def wire(port: str) -> AsyncIterator[Transport]:
    """A port of the twin, opened as an edge opens it."""
    transport = await connect_to(parse_port(port), 115200)()
    try:
        yield transport
    finally:
        await transport.close()


def modbus(unit: int, body: str) -> bytes:
    """A Modbus RTU frame, written out here so that test and product share no checksum."""
    frame = bytes([unit]) + bytes.fromhex(body)
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return frame + crc.to_bytes(2, "little")


async def exchange(bus: Transport, request: bytes, length: int) -> bytes:
    """Send a request and gather ``length`` bytes of answer."""
    bus.write(request)
    answer = b""
    async with asyncio.timeout(WAIT_S):
        while len(answer) < length:
            answer += await bus.read()
    return answer


STATUS = "03 0000 000f"
STATUS_BYTES = 35
MICROPHONE_AND_RED = "10 0020 0001 02 0005"


async def next_change(changes: AsyncIterator[dict[str, Any]], key: str) -> dict[str, Any]:
    """The next thing told that changes ``key``."""
    async with asyncio.timeout(WAIT_S):
        async for change in changes:
            if key in change.get("changed", change):
                return change
    raise AssertionError("the twin ended")


async def test_press_is_counted_on_the_wire(twin: TwinClient) -> None:
    async with wire("twin:serial:main/bus-1") as bus:
        before = await exchange(bus, modbus(12, STATUS), STATUS_BYTES)
        await twin.press("12", "mic")
        after = await exchange(bus, modbus(12, STATUS), STATUS_BYTES)
        other = await exchange(bus, modbus(13, STATUS), STATUS_BYTES)
    first_counter = slice(3 + 6, 3 + 8)  # behind address, function, size and the summary
    assert before[first_counter] == b"\x00\x00"
    assert after[first_counter] == b"\x00\x01"
    assert other[first_counter] == b"\x00\x00"


async def test_relay_and_lamp_are_shown_and_told(twin: TwinClient) -> None:
    async with TwinClient("main") as watcher, wire("twin:serial:main/bus-1") as bus:
        changes = watcher.watch("seats")
        assert await anext(changes) == {"watching": "seats"}
        pressed_ns = await twin.press("3", "mic")
        await exchange(bus, modbus(3, MICROPHONE_AND_RED), 8)
        lamp = await next_change(changes, "red")
        relay = await next_change(changes, "microphone")
        show = await twin.show()
    assert (lamp["seat"], lamp["changed"]) == ("3", {"red": "on"})
    assert (relay["seat"], relay["changed"]) == ("3", {"microphone": True})
    assert pressed_ns < lamp["time_ns"] < relay["time_ns"]
    assert show["seats"]["3"] == {
        "microphone": True, "red": "on", "green": "off", "yes": "off", "abstain": "off",
        "no": "off", "amber": "off", "sign_in": "off", "held": show["seats"]["3"]["held"],
    }  # fmt: skip
    assert show["seats"]["4"]["microphone"] is False


async def test_microphone_left_alone_closes(twin: TwinClient) -> None:
    """The unit's own dead-man works in the twin too."""
    async with TwinClient("main") as watcher, wire("twin:serial:main/bus-1") as bus:
        changes = watcher.watch("seats")
        await anext(changes)
        await exchange(bus, modbus(3, MICROPHONE_AND_RED), 8)
        opened = await next_change(changes, "microphone")
        closed = await next_change(changes, "microphone")
    assert opened["changed"]["microphone"] is True
    assert closed["changed"]["microphone"] is False


async def test_camera_moves_and_its_commands_are_told(twin: TwinClient) -> None:
    async with TwinClient("main") as watcher, wire("twin:tcp:main/cam-right") as camera:
        changes = watcher.watch("cameras")
        assert await anext(changes) == {"watching": "cameras"}
        right = bytes.fromhex("81 01 06 02 18 14 00 00 0A 00 00 00 00 00 FF")
        camera.write(right)
        told = await next_change(changes, "commands")
        answers = b""
        async with asyncio.timeout(WAIT_S):
            while b"\x51\xff" not in answers:  # completed in socket 1
                answers += await camera.read()
        show = await twin.show()
    assert (told["camera"], told["commands"]) == ("cam-right", 1)
    assert show["cameras"]["cam-right"]["pan_deg"] == pytest.approx(160 / 14.4, abs=0.1)
    assert show["cameras"]["cam-right"]["moving"] is False
    assert show["cameras"]["cam-left"]["commands"] == 0


async def test_silent_unit_leaves_the_others_alone(twin: TwinClient) -> None:
    async with wire("twin:serial:main/bus-1") as bus:
        await twin.fault("seat-12", "silent")
        assert (await twin.show())["faults"] == {"seat-12": "silent"}
        bus.write(modbus(12, STATUS))
        answer = await exchange(bus, modbus(13, STATUS), STATUS_BYTES)
        assert answer[0] == 13
        await twin.fault("seat-12", None)
        assert (await twin.show())["faults"] == {}
        answer = await exchange(bus, modbus(12, STATUS), STATUS_BYTES)
        assert answer[0] == 12


async def test_reboot_forgets_counts(twin: TwinClient) -> None:
    async with TwinClient("main") as watcher, wire("twin:serial:main/bus-1") as bus:
        changes = watcher.watch("seats")
        await anext(changes)
        await exchange(bus, modbus(12, MICROPHONE_AND_RED), 8)
        await next_change(changes, "microphone")
        await twin.fault("seat-12", "reboot")
        off = await next_change(changes, "microphone")
    assert off["changed"] == {"microphone": False, "red": "off"}
    assert (await twin.show())["faults"] == {}


async def test_unplugged_bus_goes_and_comes_back(twin: TwinClient, run_dir: Path) -> None:
    link = run_dir / "main" / "bus-1"
    async with wire("twin:serial:main/bus-1") as bus:
        await twin.fault("bus-1", "unplugged")
        with pytest.raises(LinkDown):
            await asyncio.wait_for(bus.read(), WAIT_S)
    assert not link.is_symlink()
    await twin.fault("bus-1", None)
    async with asyncio.timeout(WAIT_S):
        while not link.is_symlink():
            await twin.show()
    async with wire("twin:serial:main/bus-1") as bus:
        assert (await exchange(bus, modbus(1, STATUS), STATUS_BYTES))[0] == 1


async def test_console_has_keys_lamps_and_contacts(twin: TwinClient, run_dir: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(run_dir / "main" / "console")

    async def level_becomes(pin: int, level: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while json.loads(await reader.readline()) != {"pin": pin, "level": level}:
                pass

    await level_becomes(12, 1)  # key "next", pulled up, at rest
    await level_becomes(22, 0)  # contact "fire_alarm", closed at rest
    await twin.press("console", "next")
    await level_becomes(12, 0)
    await twin.contact("fire_alarm", active=True)
    await level_becomes(22, 1)
    writer.write(b'{"pin": 13, "level": 1}\n')
    async with asyncio.timeout(WAIT_S):
        while (await twin.show())["console"]["lamps"]["next"] == "off":
            pass
    writer.close()
    await writer.wait_closed()


async def test_show_names_everything(lasting_twin: TwinClient) -> None:
    show = await lasting_twin.show()
    assert show["room"] == "main"
    assert list(show["seats"]) == [str(number) for number in range(1, 26)]
    assert set(show["cameras"]) == {"cam-left", "cam-right"}
    assert {"pan_deg", "tilt_deg", "fov_deg", "moving", "power", "commands"} <= set(
        show["cameras"]["cam-left"]
    )
    assert {"power", "source", "volume"} <= set(show["displays"]["display-1"])
    assert set(show["console"]["keys"]) == set(FULL)
    assert set(show["console"]["lamps"]) == {*FULL, "link"}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("press", "main", "99", "mic"), "no seat '99' in the twin of main; seats are 1 to 25"),
        (("press", "main", "12", "mike"), "seat 12 has no key 'mike'; its keys are mic, yes"),
        (("press", "main", "console", "mic"), "console has no key 'mic'; its keys are priority"),
        (("press", "main", "12", "mic", "--hold", "0"), "hold_ms must be a whole number from 1"),
        (("press", "main", "12", "mic", "--hold-s", "90"), "hold_ms must be a whole number from 1"),
        (("fault", "main", "cam-9", "silent"), "no device 'cam-9' in the twin of main"),
        (("fault", "main", "cam-left", "sulky"), "cam-left: unknown fault 'sulky'"),
        (("fault", "main", "seat-12", "noisy"), "unknown fault 'noisy'; a unit knows silent"),
        (("contact", "main", "flood", "on"), "no contact 'flood'; this console has fire_alarm"),
        (("show", "main-2"), "no twin of room 'main-2' runs"),
        (("show", "../main"), "'../main' is not the id of a room"),
        (("run", "--room", "main"), "twin of main: another one runs already"),
        (("run", "--room", "example-real"), "no device is on a twin: port"),
        (("run", "--room", "mian"), "no such room"),
    ],
)
@pytest.mark.usefixtures("lasting_twin")
async def test_refusal_is_one_line(words: tuple[str, ...], complaint: str) -> None:
    code, out, err = await command(*words)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert complaint in err


@pytest.mark.usefixtures("twin")
async def test_commands_do_what_they_say() -> None:
    code, out, _ = await command("press", "main", "12", "mic", "--hold-s", "0.05", "--json")
    assert code == 0
    assert json.loads(out)["pressed_ns"] > 0
    assert json.loads(out)["hold_ms"] == 50
    assert (await command("fault", "main", "cam-left", "silent"))[0] == 0
    assert (await command("contact", "main", "fire_alarm", "on"))[0] == 0
    code, out, _ = await command("show", "main", "--json")
    show = json.loads(out)
    assert code == 0
    assert show["faults"] == {"cam-left": "silent"}
    assert show["console"]["contacts"]["fire_alarm"] == "active"
    assert (await command("fault", "main", "cam-left", "clear"))[0] == 0
    code, out, _ = await command("show", "main")
    assert code == 0
    assert "faults   none" in out
    assert "cam-right" in out


async def test_nonsense_on_the_socket_is_answered_and_survived(lasting_twin: TwinClient) -> None:
    reader, writer = await asyncio.open_unix_connection(socket_path("main"))
    for line in (
        b"[]", b"{", b"\xff", b"{}", b'{"do": "dance"}',
        b'{"do": "press", "who": [], "key": "mic"}',
        b'{"do": "press", "who": "1", "key": "mic", "hold_ms": true}',
        b'{"do": "contact", "name": "fire_alarm", "active": 1}',
        b'{"do": "watch", "what": "me"}', b'{"do": "fault", "device": 5}', b"[" * 9000,
    ):  # fmt: skip
        writer.write(line + b"\n")
        answer = json.loads(await asyncio.wait_for(reader.readline(), WAIT_S))
        assert answer["ok"] is False
        assert "\n" not in answer["error"]
    writer.write(b"x" * 100_000 + b"\n")
    # Hung up on: what it had not read yet makes that a reset.
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), WAIT_S) == b""
    writer.close()
    assert (await lasting_twin.show())["room"] == "main"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
async def test_end_leaves_nothing(run_dir: Path, number: signal.Signals) -> None:
    async with running_twin() as process, TwinClient("main") as client:
        assert set(os.listdir(run_dir / "main")) == {
            "audio", "bus-1", "cam-left", "cam-left.video", "cam-right", "cam-right.video",
            "console", "display-1", "display-2", "display-3", "twin.sock",
        }  # fmt: skip
        assert await end(process, number) == 0
        with pytest.raises(TwinError, match="has ended"):
            await client.show()
    assert os.listdir(run_dir / "main") == []


async def test_what_a_killed_twin_left_is_replaced(run_dir: Path) -> None:
    async with running_twin() as process:
        await end(process, signal.SIGKILL)
    assert (run_dir / "main" / "twin.sock").exists()
    assert (await command("show", "main"))[0] == 1
    async with running_twin() as process:
        assert (await command("show", "main"))[0] == 0
        assert await end(process, signal.SIGTERM) == 0


async def test_two_rooms_live_side_by_side() -> None:
    async with running_twin("main") as main, running_twin("satellite-1") as other:
        async with TwinClient("satellite-1") as satellite:
            show = await satellite.show()
            await satellite.press("8", "mic")
            async with wire("twin:serial:satellite-1/bus-2") as bus:
                inputs = await exchange(bus, modbus(1, "02 0000 0008"), 6)
        assert list(show["seats"]) == [str(number) for number in range(1, 9)]
        assert inputs[3] == 0b0001_0000  # slot 2 begins at input 5
        assert [await end(process, signal.SIGTERM) for process in (main, other)] == [0, 0]


async def test_socket_path_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONGHOP_RUN_DIR", str(tmp_path / ("x" * 100)))
    code, _, err = await command("run", "--room", "main")
    assert code == 1
    assert "longer than a socket's path may be" in err
    assert err.count("\n") == 1
