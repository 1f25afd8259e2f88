"""The switcher: golden frames for codec and sim apart, and a driver that believes answers alone."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import drivers.switcher
from drivers.core.capability import HealthState, Switcher
from drivers.core.errors import LinkDown, ProtocolError, Refused
from drivers.switcher.codec import build, describe
from drivers.switcher.config import SwitcherConfig
from drivers.switcher.driver import SerialSwitcher
from drivers.switcher.sim import SwitcherSim
from tests.codec_laws import check_golden_build, check_golden_describe, load_golden
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

GOLDEN = {frame.id: frame.data for frame in load_golden("switcher")}
INPUTS = {"cam-left": 1, "cam-right": 3, "room:satellite-1": 8, "lost": 77}
PORT = "/dev/ttyUSB5"


def test_golden_frames() -> None:
    check_golden_describe("switcher", describe)
    check_golden_build("switcher", describe, build)


@pytest.mark.parametrize(
    "frame", [b"", b"3*1", b"\xff\r\n", b"\r\n", b"x" * 300 + b"\r\n", b"3*1!\r"]
)
def test_what_is_no_frame(frame: bytes) -> None:
    with pytest.raises(ProtocolError):
        describe(frame)


def test_the_sim_answers_the_golden_frames() -> None:
    sim = SwitcherSim(inputs=12)
    for command, answer in (
        ("switcher-01", "switcher-02"),
        ("switcher-03", "switcher-04"),
        ("switcher-07", "switcher-08"),
    ):
        replies = [reply.data for reply in sim.receive(GOLDEN[command], 0.0)]
        assert replies == [GOLDEN[answer]]
    assert sim.receive(b"13*1!", 0.0)[0].data == GOLDEN["switcher-05"]
    assert sim.receive(b"x", 0.0)[0].data == GOLDEN["switcher-06"]
    assert sim.show()["ties"]["4"] == 12


def test_the_sim_shares_no_code_with_the_driver() -> None:
    tree = ast.parse(Path(drivers.switcher.__file__).with_name("sim.py").read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("drivers.switcher")]


class Stage:
    """One switcher with its sim."""

    def __init__(self, switcher: SerialSwitcher, sim: SwitcherSim, wire: MemoryWire) -> None:
        self.switcher, self.sim, self.wire = switcher, sim, wire
        self.now_s = asyncio.get_running_loop().time

    async def until(self, true: Callable[[], object], limit_s: float = 20.0) -> None:
        start_s = self.now_s()
        while not true():
            assert self.now_s() - start_s < limit_s, self.switcher.health(self.now_s())
            await asyncio.sleep(0.01)

    def out(self) -> str | None:
        return self.switcher.selected(self.now_s()).value

    def health(self) -> HealthState:
        return self.switcher.health(self.now_s()).state


def play(
    story: Callable[[Stage], Coroutine[Any, Any, None]],
    manner: str = "perfect",
    sim: SwitcherSim | None = None,
    **settings: Any,
) -> None:
    async def told() -> None:
        device = sim or SwitcherSim()
        wire = MemoryWire(device, manner)
        config = SwitcherConfig(
            **({"id": "switcher", "port": PORT, "inputs": INPUTS, "dialect": "extron-matrix"})
            | settings
        )
        stage = Stage(
            SerialSwitcher(config, wire.connect, asyncio.get_running_loop().time), device, wire
        )
        tasks = [asyncio.create_task(wire.run()), asyncio.create_task(stage.switcher.run())]
        try:
            await stage.until(lambda: stage.health() is HealthState.OK)
            await story(stage)
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait({task})

    run_virtual(told())


@pytest.mark.parametrize("manner", ["perfect", "bytewise", "lossy", "delayed"])
def test_what_is_chosen_is_confirmed(manner: str) -> None:
    async def story(stage: Stage) -> None:
        assert isinstance(stage.switcher, Switcher)
        assert stage.out() == "cam-left"
        for source in ("cam-right", "room:satellite-1", "cam-right"):
            await stage.switcher.select(source)
            assert stage.out() == source
            assert stage.sim.ties[1] == INPUTS[source]

    play(story, manner, answer_s=1.0)


def test_a_single_output_switcher_has_other_words() -> None:
    async def story(stage: Stage) -> None:
        await stage.switcher.select("cam-right")
        assert stage.sim.commands[-2] == b"3!"
        assert stage.out() == "cam-right"

    play(story, sim=SwitcherSim(matrix=False), dialect="extron-switcher")


def test_words_of_the_room_file_do_as_well() -> None:
    words = {
        "select": "{input}*{output}!",
        "ask": "{output}%",
        "tied": r"Out\d+ In0*(?P<input>\d+) .*",
    }

    async def story(stage: Stage) -> None:
        await stage.switcher.select("cam-right")
        assert stage.out() == "cam-right"

    play(story, dialect=None, words=words)


def test_refusals_say_what_the_switcher_said() -> None:
    async def story(stage: Stage) -> None:
        with pytest.raises(Refused, match="E01: no such input"):
            await stage.switcher.select("lost")
        with pytest.raises(Refused, match="no input has 'cam-9'"):
            await stage.switcher.select("cam-9")
        stage.sim.fault = "busy"
        with pytest.raises(Refused, match="E22: busy"):
            await stage.switcher.select("cam-right")
        stage.sim.fault = "stuck"
        with pytest.raises(Refused, match="it answers that input 1 is out"):
            await stage.switcher.select("cam-right")
        assert stage.out() == "cam-left"

    play(story)


def test_a_switcher_that_refuses_the_question_is_not_well() -> None:
    """An output that it has not: what is out is unknown for ever, and that is told."""

    async def story(stage: Stage) -> None:
        del stage.sim.ties[1]
        await stage.until(lambda: stage.health() is HealthState.FAULT)
        now_s = stage.now_s()
        health, selected = stage.switcher.health(now_s), stage.switcher.selected(now_s)
        assert "E12" in (health.reason or ""), health
        assert selected.value is None
        assert "E12" in selected.reason

    play(story)


def test_a_finger_on_the_front_panel_is_seen() -> None:
    async def story(stage: Stage) -> None:
        stage.sim.press(1, 3)
        await stage.until(lambda: stage.out() == "cam-right")
        stage.sim.press(2, 1)  # another output is not ours
        stage.sim.press(1, 5)
        await stage.until(lambda: stage.out() == "input 5")

    play(story)


def test_the_later_choice_wins() -> None:
    async def story(stage: Stage) -> None:
        first = asyncio.create_task(stage.switcher.select("cam-right"))
        second = asyncio.create_task(stage.switcher.select("room:satellite-1"))
        ended = await asyncio.gather(first, second, return_exceptions=True)
        assert getattr(ended[0], "code", None) == "superseded"
        assert ended[1] is None
        assert stage.out() == "room:satellite-1"

    play(story)


def test_silence_and_a_pulled_plug_are_faults_and_heal() -> None:
    async def story(stage: Stage) -> None:
        stage.wire.wire_fault = "silent"
        await stage.until(lambda: stage.health() is HealthState.FAULT)
        await stage.until(lambda: stage.out() is None)
        stage.wire.wire_fault = None
        await stage.until(lambda: stage.health() is HealthState.OK)
        stage.wire.wire_fault = "unplugged"
        await stage.wire.cut()
        await stage.until(lambda: stage.health() is HealthState.FAULT)
        with pytest.raises(LinkDown):
            await stage.switcher.select("cam-right")
        stage.wire.wire_fault = None
        await stage.until(lambda: stage.out() == "cam-left")

    play(story)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"dialect": None}, "either dialect or words"),
        ({"dialect": "esperanto"}, "unknown dialect"),
        ({"inputs": {"cam-left": 1, "cam-right": 1}}, "two pictures"),
        ({"port": "udp:127.0.0.1:9"}, "serial line or TCP"),
        ({"dialect": None, "words": {"select": "{nput}", "ask": "?", "tied": "x"}}, "no text"),
        ({"dialect": None, "words": {"select": "x", "ask": "?", "tied": "("}}, "no pattern"),
        ({"dialect": None, "words": {"select": "x", "ask": "?", "tied": "x"}}, "has no"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], said: str) -> None:
    good = {"id": "s", "port": PORT, "inputs": INPUTS, "dialect": "extron-matrix"}
    with pytest.raises(ValidationError, match=said):
        SwitcherConfig(**(good | settings))
