"""The simulated projector, judged by the golden frames and by a foreign client.

Nothing here imports our codec: what the sim says is compared with the golden file, and
aiopjlink talks to it over a real TCP port.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiopjlink import (
    Information,
    Lamp,
    PJLink,
    PJLinkERR3,
    PJLinkERR4,
    PJLinkPassword,
    Power,
    Sources,
)

from drivers.core.address import Port
from drivers.core.simulation import TcpWire
from drivers.pjlink.sim import PjlinkSim
from tests.codec_laws import load_golden

GOLDEN = {frame.id: frame.data for frame in load_golden("pjlink")}
PASSWORD = "JBMIAProjectorLink"  # noqa: S105  # of the specification; not a secret


def answer(sim: PjlinkSim, request: bytes, now_s: float = 0.0) -> bytes:
    """All the sim says to ``request``."""
    return b"".join(reply.data for reply in sim.receive(request, now_s))


def greeted(sim: PjlinkSim) -> PjlinkSim:
    """The same with somebody connected."""
    sim.greet(0.0)
    return sim


@pytest.mark.parametrize(
    ("asked", "answered", "settings"),
    [
        ("pjlink-04", "pjlink-05", {"on": False}),
        ("pjlink-08", "pjlink-09", {"on": True, "source": "31"}),
        ("pjlink-06", "pjlink-07", {"on": False}),
    ],
)
def test_golden_questions_get_golden_answers(
    asked: str, answered: str, settings: dict[str, object]
) -> None:
    sim = greeted(PjlinkSim(**settings))  # type: ignore[arg-type]
    assert answer(sim, GOLDEN[asked]) == GOLDEN[answered]


def test_golden_greetings() -> None:
    assert PjlinkSim().greet(0.0)[0].data == GOLDEN["pjlink-01"]
    assert PjlinkSim(PASSWORD).greet(0.0)[0].data == GOLDEN["pjlink-02"]


def test_golden_password_proved_once_per_connection() -> None:
    sim = greeted(PjlinkSim(PASSWORD))
    assert answer(sim, GOLDEN["pjlink-03"]) == GOLDEN["pjlink-05"]
    assert answer(sim, GOLDEN["pjlink-04"]) == GOLDEN["pjlink-05"]
    greeted(sim)
    assert answer(sim, GOLDEN["pjlink-04"]) == GOLDEN["pjlink-15"]


def test_golden_wrong_password_is_refused_and_hung_up_on() -> None:
    sim = greeted(PjlinkSim(PASSWORD))
    (reply,) = sim.receive(GOLDEN["pjlink-14"], 0.0)
    assert (reply.data, reply.hang_up) == (GOLDEN["pjlink-15"], True)
    assert sim.show()["commands"] == 0


def test_golden_mute_and_unknown_words() -> None:
    sim = greeted(PjlinkSim(on=True))
    assert answer(sim, GOLDEN["pjlink-10"]) == b"%1AVMT=OK\r"
    assert answer(sim, b"%1AVMT ?\r") == GOLDEN["pjlink-22"]
    assert not sim.show()["picture"]
    assert answer(sim, b"%1NOPE ?\r") == b"%1NOPE=ERR1\r"
    assert answer(sim, b"%1INPT 99\r") == b"%1INPT=ERR2\r"


def test_nothing_is_taken_while_it_warms_up_or_cools_down() -> None:
    sim = greeted(PjlinkSim(warm_up_s=8, cool_down_s=3))
    assert answer(sim, GOLDEN["pjlink-06"], 100.0) == GOLDEN["pjlink-07"]
    assert answer(sim, GOLDEN["pjlink-04"], 107.9) == b"%1POWR=3\r"
    assert answer(sim, b"%1POWR 0\r", 107.9) == GOLDEN["pjlink-13"]
    assert answer(sim, b"%1INPT 32\r", 107.9) == b"%1INPT=ERR3\r"
    assert answer(sim, GOLDEN["pjlink-04"], 108.0) == b"%1POWR=1\r"
    assert answer(sim, b"%1POWR 0\r", 109.0) == GOLDEN["pjlink-07"]
    assert answer(sim, GOLDEN["pjlink-04"], 111.9) == b"%1POWR=2\r"
    assert answer(sim, GOLDEN["pjlink-06"], 111.9) == GOLDEN["pjlink-13"]
    assert answer(sim, GOLDEN["pjlink-04"], 112.0) == GOLDEN["pjlink-05"]


def test_it_hangs_up_when_nobody_has_asked_for_long() -> None:
    sim = greeted(PjlinkSim())
    answer(sim, GOLDEN["pjlink-04"], 10.0)
    assert sim.tick(40.0) == []
    (reply,) = sim.tick(40.1)
    assert (reply.data, reply.hang_up) == (b"", True)
    assert sim.tick(50.0) == []


@pytest.mark.parametrize("split", [1, 2, 5])
def test_any_split_of_the_requests_gives_the_same_answers(split: int) -> None:
    stream = b"%1POWR ?\r\r%1CLSS ?\rnoise\r%1ERST ?\r%1LAMP ?\r"
    whole = answer(greeted(PjlinkSim()), stream)
    sim = greeted(PjlinkSim())
    pieces = [stream[at : at + split] for at in range(0, len(stream), split)]
    assert b"".join(answer(sim, piece) for piece in pieces) == whole
    assert answer(sim, b"\x55" * 100_000 + b"\r" + GOLDEN["pjlink-04"]) == GOLDEN["pjlink-05"]


@contextlib.asynccontextmanager
async def served(sim: PjlinkSim, path: Path) -> AsyncIterator[tuple[str, int]]:
    """The sim on a TCP port."""
    wire = TcpWire(sim, path)
    serving = asyncio.create_task(wire.run())
    await wire.ready.wait()
    host, _, port = Port("tcp", str(path), twin=True).resolve().rpartition(":")
    try:
        yield host, int(port)
    finally:
        serving.cancel()
        await asyncio.wait({serving})


async def test_a_foreign_client_agrees(tmp_path: Path) -> None:
    sim = PjlinkSim("secret1", on=True, klass=2)
    async with served(sim, tmp_path / "projector") as at, PJLink(*at, "secret1") as link:
        assert await link.power.get() is Power.State.ON
        assert await link.sources.get() == (Sources.Mode.DIGITAL, "1")
        await link.sources.set(Sources.Mode.DIGITAL, 2)
        assert ("3", "2") in [(m.value, n) for m, n in await link.sources.available()]
        assert [hours for hours, _ in await Lamp(link).status()] == [1234]
        assert await Information(link).pjlink_class() is PJLink.C2
        await link.power.turn_off()
        assert await link.power.get() is Power.State.COOLING
        with pytest.raises(PJLinkERR3):
            await link.power.turn_on()
        with pytest.raises(PJLinkERR3):
            await link.sources.get()
        sim.fault = "failure"
        with pytest.raises(PJLinkERR4):
            await link.power.get()
    assert sim.show()["source"] == "32"


async def test_a_foreign_client_with_a_wrong_password_or_none(tmp_path: Path) -> None:
    async with served(PjlinkSim("secret1"), tmp_path / "projector") as (host, port):
        for wrong in ("other", None):
            link = PJLink(host, port, wrong)
            with pytest.raises(PJLinkPassword):
                await link.__aenter__()
            await link.__aexit__(None, None, None)  # it leaves the socket open by itself
    async with served(PjlinkSim(), tmp_path / "open") as at, PJLink(*at) as link:
        assert await link.power.get() is Power.State.OFF
