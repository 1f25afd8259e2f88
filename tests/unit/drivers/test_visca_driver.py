"""A VISCA camera driver and a simulated camera, over wires of all manners: orders obeyed."""

from __future__ import annotations

import asyncio

import pytest

from drivers.core.capability import Aim, Camera
from drivers.core.errors import Refused
from drivers.visca.sim import BODIES, ViscaCameraSim
from tests.visca_room import LEFT, RIGHT, Room, play, there

WIRES = [
    ("serial", "perfect"), ("serial", "bytewise"), ("serial", "lossy"), ("serial", "delayed"),
    ("raw", "perfect"), ("raw", "bytewise"), ("raw", "lossy"), ("raw", "delayed"),
    ("sony-ip", "perfect"), ("sony-ip", "lossy"), ("sony-ip", "delayed"),
]  # fmt: skip


@pytest.mark.parametrize(("flavour", "manner"), WIRES)
def test_it_goes_where_it_is_sent_and_says_so(flavour: str, manner: str) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        assert isinstance(room.camera, Camera)
        for aim in (LEFT, RIGHT, Aim(0.0, 0.0, 65.0)):
            await there(room, aim)
        assert room.camera.state(room.now_s()).moving.value is False
        assert room.camera.state(room.now_s()).power.value is True

    play(story, flavour, manner)


@pytest.mark.parametrize("model", sorted(BODIES))
def test_every_model_arrives(model: str) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await there(room, LEFT)
        await there(room, RIGHT)

    play(story, model=model)


def test_the_newest_move_replaces_those_that_wait() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        aims = [Aim(10.0 * step, 0.0, 30.0) for step in range(1, 5)]
        moves = [asyncio.create_task(room.camera.move(aim)) for aim in aims]
        ended = await asyncio.gather(*moves, return_exceptions=True)
        codes = [getattr(result, "code", None) for result in ended]
        assert codes == ["superseded", "superseded", "superseded", None]
        absolute = [data for data in room.sent if data[2:4] == b"\x06\x02"]
        assert len(absolute) <= 2  # the first was on its way; the middle ones never were
        await room.until(lambda: room.arrived(aims[-1]))

    play(story)


@pytest.mark.parametrize("flavour", ["serial", "raw", "sony-ip"])
def test_a_new_aim_in_mid_swing_makes_room_in_a_full_buffer(flavour: str) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.camera.move(RIGHT)
        await asyncio.sleep(0.3)
        await there(room, LEFT)
        assert room.camera.health(room.now_s()).counters["buffer_full"] == 0

    play(story, flavour)


MOVE, CANCEL = b"\x06\x02", (b"\x81\x21\xff", b"\x81\x22\xff")


@pytest.mark.parametrize("every_s", [0.05, 0.3, 0.35])
@pytest.mark.parametrize("flavour", ["serial", "raw", "sony-ip"])
def test_a_hurry_of_orders_never_overruns_the_buffer(flavour: str, every_s: float) -> None:
    """Sony: 0.2 s between a command and its cancel, and as much before the next command."""
    aims = [Aim(-60.0 if n % 2 else 60.0, 5.0 * n, 10.0 + 5 * n) for n in range(5)]

    async def story(room: Room) -> None:
        await room.ready()
        orders = []
        for aim in aims:
            orders.append(asyncio.create_task(room.camera.move(aim)))
            await asyncio.sleep(every_s)
        ended = await asyncio.gather(*orders, return_exceptions=True)
        assert ended[-1] is None
        assert {getattr(error, "code", None) for error in ended} <= {None, "superseded"}
        await room.until(lambda: room.arrived(aims[-1]))
        assert room.camera.health(room.now_s()).counters["buffer_full"] == 0
        skip = 8 if flavour == "sony-ip" else 0
        written = [(at_s, data[skip:]) for at_s, data in room.wire.heard]
        cancels_s = [at_s for at_s, data in written if data in CANCEL]
        moves_s = [at_s for at_s, data in written if data[2:4] == MOVE]
        assert cancels_s or every_s < 0.3
        assert not [c for c in cancels_s for m in moves_s if abs(c - m) < 0.2 - 1e-6]

    play(story, flavour)


def test_a_lost_completion_costs_the_next_order_little() -> None:
    """The sockets are taken for busy; the camera says that they are not."""

    async def story(room: Room) -> None:
        await room.ready()
        await there(room, LEFT)
        for socket in (1, 2):
            room.camera._link.sockets[socket].append("lost")
        start_s = room.now_s()
        await room.camera.move(RIGHT)
        assert room.now_s() - start_s < 0.5
        await room.until(lambda: room.arrived(RIGHT))

    play(story)


def test_out_of_reach_is_refused_before_the_wire() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        written = len(room.sent)
        with pytest.raises(Refused, match=r"cam-1 move: pan 191\.0° is beyond -170\.\.170°"):
            await room.camera.move(Aim(191.0, 0.0, 20.0))
        with pytest.raises(Refused):
            await room.camera.move(Aim(float("nan"), 0.0, 20.0))
        assert len(room.sent) == written

    play(story)


AXES = ("pan_deg", "tilt_deg", "fov_deg")


def test_m18_a_preset_brings_back_all_axes() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await there(room, LEFT)
        shown = room.sim.show()
        await room.camera._link.command("memory", {"action": "set", "memory": 2})
        await there(room, RIGHT)
        room.sim.fault = "untold"
        await room.until(lambda: room.camera._watch.blind)
        room.camera._presets = {3: LEFT}
        await room.camera.move(LEFT)
        await room.until(lambda: not room.sim.show()["moving"])
        assert [room.sim.show()[axis] for axis in AXES] == [shown[axis] for axis in AXES]

    play(story)


def test_standby_is_ended_when_asked_for() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.until(lambda: room.camera.state(room.now_s()).power.value)
        await there(room, LEFT)

    play(story, sim=ViscaCameraSim(flavour="raw", power=False))


def test_standby_is_kept_when_asked_for_and_a_move_is_refused() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.until(lambda: room.camera.state(room.now_s()).power.value is False)
        with pytest.raises(Refused, match="not_executable"):
            await room.camera.move(LEFT)

    play(story, sim=ViscaCameraSim(flavour="raw", power=False), wake=False)


def test_an_open_menu_is_closed_before_moving() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.sim.camera.menu_open = True
        await asyncio.sleep(2)
        await there(room, LEFT)

    play(story)
