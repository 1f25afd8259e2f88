"""The order in which VISCA cameras really reply: one story per surprise, with a scripted camera.

Re-created from what implementers saw on real cameras (protocol notes 2.2, 2.7, 2.8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from drivers.core.errors import NoReply, Refused
from drivers.core.transport import Transport
from drivers.visca.config import Flavour
from drivers.visca.link import Link
from drivers.visca.replies import Ack, Completion, Failure, NetworkChange
from drivers.visca.verdicts import Said
from tests.memory_pair import MemoryTransport, memory_pair
from tests.virtual_time import run_virtual

MOVE = {"pan_speed": 1, "tilt_speed": 1, "pan": 0, "tilt": 0, "nibbles": 4}
AIM = ("pan_tilt_absolute", MOVE)
POWER = ("power", {"value": "on"})
POSITION = "90 50 0F 0F 09 0C 00 00 03 02 FF"


class Script:
    """A link, and a camera that says what the story says."""

    def __init__(self, flavour: Flavour) -> None:
        self.events: list[tuple[str, Said]] = []
        self.link = Link(
            "cam-1",
            self._connect,
            flavour=flavour,
            address=1,
            reply_timeout_s=0.5,
            on_up=self._on_up,
            on_event=lambda name, said: self.events.append((name, said)),
            now_s=asyncio.get_running_loop().time,
        )
        self.far: MemoryTransport

    async def _connect(self) -> Transport:
        near, self.far = memory_pair()
        return near

    async def _on_up(self) -> None:
        self.link.forget()

    async def reads(self) -> str:
        """The next packet that the link sends."""
        return (await self.far.read()).hex(" ").upper()

    async def says(self, *replies: str) -> None:
        """Each in a piece of its own; returns when the link has seen them."""
        for reply in replies:
            self.far.write(bytes.fromhex(reply))
        await asyncio.sleep(0.001)

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return asyncio.create_task(coroutine)


def play(story: Callable[[Script], Coroutine[Any, Any, None]], flavour: Flavour = "raw") -> None:
    async def told() -> None:
        script = Script(flavour)
        life = asyncio.create_task(script.link.session.run())
        try:
            await script.link.session.wait_ready()
            await story(script)
        finally:
            life.cancel()
            await asyncio.wait({life})

    run_virtual(told())


def test_one_command_one_acknowledgement() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM))
        assert await script.reads() == "81 01 06 02 01 01 00 00 00 00 00 00 00 00 FF"
        await script.says("90 41 FF")
        await move
        assert list(script.link.sockets[1]) == ["pan_tilt_absolute"]
        await script.says("90 51 FF")
        assert not script.link.sockets[1]
        assert script.events == [("", Completion(1, 1))]

    play(story)


@pytest.mark.parametrize("pieces", ["split", "coalesced"])
def test_pieces_do_not_matter(pieces: str) -> None:
    async def story(script: Script) -> None:
        asked = script.start(script.link.inquire("pan_tilt_position"))
        await script.reads()
        stream = "90 52 FF " + POSITION + " 90 41 FF"
        await script.says(*(stream.split() if pieces == "split" else [stream]))
        assert await asked == {"pan": -100, "tilt": 50, "nibbles": 4}
        assert [said for _, said in script.events] == [Completion(1, 2), Ack(1, 1)]

    play(story)


def test_an_answer_among_acknowledgements_goes_to_its_question() -> None:
    async def story(script: Script) -> None:
        script.link.send_now("zoom_drive", {"direction": "stop"})
        await script.reads()
        asked = script.start(script.link.inquire("zoom_position"))
        await script.reads()
        await script.says("90 41 FF", "90 51 FF", "90 50 02 00 00 00 FF")
        assert await asked == {"zoom": 0x2000}
        assert script.events[0] == ("zoom_drive", Ack(1, 1))

    play(story)


def test_an_error_belongs_to_the_oldest_that_waits() -> None:
    async def story(script: Script) -> None:
        script.link.send_now("zoom_drive", {"direction": "stop"})
        await script.reads()
        asked = script.start(script.link.inquire("zoom_position"))
        await script.reads()
        await script.says("90 60 02 FF", "90 50 02 00 00 00 FF")
        assert await asked == {"zoom": 0x2000}
        assert script.events == [("zoom_drive", Failure(1, 0, 2))]

    play(story)


def test_acknowledgements_come_in_the_order_of_commands() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM))
        await script.reads()
        script.link.send_now("zoom_drive", {"direction": "stop"})
        await script.reads()
        await script.says("90 41 FF 90 42 FF")
        await move
        assert list(script.link.sockets[1]) == ["pan_tilt_absolute"]
        assert list(script.link.sockets[2]) == ["zoom_drive"]

    play(story)


def test_buffer_full_with_one_outstanding_is_sent_again() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM))
        first = await script.reads()
        await script.says("90 60 03 FF")
        assert await script.reads() == first
        await script.says("90 41 FF")
        await move
        assert script.link.counters["buffer_full"] == 1

    play(story)


def test_what_fills_the_buffer_is_cancelled_before_a_third_command() -> None:
    async def story(script: Script) -> None:
        for socket in (1, 2):
            move = script.start(script.link.command(*AIM))
            await script.reads()
            await script.says(f"90 4{socket} FF")
            await move
        move = script.start(script.link.command(*AIM, takes_over=True))
        assert [await script.reads(), await script.reads()] == ["81 21 FF", "81 22 FF"]
        await script.says("90 61 04 FF", "90 62 05 FF")
        assert await script.reads() == "81 01 06 02 01 01 00 00 00 00 00 00 00 00 FF"
        await script.says("90 41 FF")
        await move
        assert not script.link.sockets[2]

    play(story)


def test_a_buffer_that_is_full_of_what_nobody_noticed_is_cleared() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM, takes_over=True))
        first = await script.reads()
        await script.says("90 60 03 FF")
        assert [await script.reads(), await script.reads()] == ["81 21 FF", "81 22 FF"]
        await script.says("90 61 04 FF", "90 62 04 FF")
        assert await script.reads() == first
        await script.says("90 41 FF")
        await move

    play(story)


def test_a_buffer_that_stays_full_is_given_up() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM))
        for _ in range(5):
            await script.reads()
            await script.says("90 60 03 FF")
        with pytest.raises(Refused, match="buffer_full"):
            await move

    play(story)


@pytest.mark.parametrize("socket", ["0", "1", "2", "F"])
def test_not_executable_with_any_socket_is_tried_once_more(socket: str) -> None:
    async def story(script: Script) -> None:
        start_s = asyncio.get_running_loop().time()
        move = script.start(script.link.command(*AIM))
        await script.reads()
        await script.says(f"90 6{socket} 41 FF")
        await script.reads()
        assert asyncio.get_running_loop().time() - start_s >= 0.24
        await script.says(f"90 6{socket} 41 FF")
        with pytest.raises(Refused) as refused:
            await move
        assert refused.value.code == "41"

    play(story)


def test_surprises_are_survived() -> None:
    async def story(script: Script) -> None:
        await script.says(
            "90 41 FF",  # acknowledgement of nothing
            "90 52 FF",  # completion in an empty socket
            "90 42 FF", "90 42 FF",  # two into one socket
            "90 52 FF",
            "90 38 FF", "80 38 FF",  # a network change on TCP means nothing
            "90 07 7D 01 04 00 FF",  # somebody used the remote
            "90 61 05 FF", POSITION, "00 FF",
        )  # fmt: skip
        assert not any(isinstance(said, NetworkChange) for _, said in script.events)
        move = script.start(script.link.command(*POWER))
        await script.reads()
        await script.says("A0 41 FF")  # a PTZOptics G3 takes itself for number 2
        await move

    play(story)


def test_a_network_change_on_a_chain_is_told() -> None:
    async def story(script: Script) -> None:
        await script.says("90 38 FF")
        assert script.events == [("", NetworkChange(0x90))]

    play(story, "serial")


def test_a_chain_neighbour_is_not_taken_for_ours() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*POWER))
        await script.reads()
        await script.says("A0 41 FF", "A0 60 02 FF")
        await asyncio.sleep(0.1)
        assert not move.done()
        await script.says("90 41 FF")
        await move

    play(story, "serial")


def test_a_late_reply_answers_nothing_later() -> None:
    async def story(script: Script) -> None:
        asked = script.start(script.link.inquire("zoom_position"))
        for _ in range(3):
            await script.reads()
        with pytest.raises(NoReply):
            await asked
        await script.says("90 50 02 00 00 00 FF")
        asked = script.start(script.link.inquire("pan_tilt_position"))
        await script.reads()
        await script.says("90 50 02 00 00 00 FF", POSITION, POSITION)
        assert (await asked)["pan"] == -100
        assert script.link.counters["unexpected"] == 3

    play(story)


def test_an_answer_of_another_shape_is_no_answer() -> None:
    async def story(script: Script) -> None:
        asked = script.start(script.link.inquire("power"))
        await script.reads()
        await script.says("90 50 18 17 FF", "90 50 07 FF", "90 50 02 FF")
        assert await asked == {"value": "on"}

    play(story)


@pytest.mark.parametrize("flavour", ["raw", "serial"])
def test_m6_a_relative_move_is_sent_once_when_its_acknowledgement_is_lost(flavour: Flavour) -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command("pan_tilt_relative", MOVE))
        await script.reads()
        with pytest.raises(NoReply):
            await move
        assert script.link.counters["timeouts"] == 1

    play(story, flavour)


def test_an_absolute_move_is_repeated_when_its_acknowledgement_is_lost() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM))
        first = await script.reads()
        assert await script.reads() == first
        await script.says("90 41 FF")
        await move

    play(story)


def test_what_is_no_longer_wanted_is_not_repeated() -> None:
    async def story(script: Script) -> None:
        wanted = [True]
        move = script.start(script.link.command(*AIM, wanted=lambda: wanted[0]))
        await script.reads()
        wanted[0] = False
        with pytest.raises(Refused, match="replaced"):
            await move
        assert script.far.ended is None
        script.link.send_now("zoom_drive", {"direction": "stop"})
        assert await script.reads() == "81 01 04 07 00 FF"

    play(story)


# Behind Sony's header -------------------------------------------------------------------------


def test_replies_find_their_command_by_number() -> None:
    async def story(script: Script) -> None:
        script.link.send_now("zoom_drive", {"direction": "stop"})
        assert (await script.reads())[12:23] == "00 00 00 01"
        move = script.start(script.link.command(*AIM))
        assert (await script.reads())[12:23] == "00 00 00 02"
        await script.says("01 11 00 03 00 00 00 02 90 42 FF")
        await move
        await script.says("01 11 00 03 00 00 00 01 90 41 FF")
        assert script.events == [("zoom_drive", Ack(1, 1))]

    play(story, "sony-ip")


@pytest.mark.parametrize("command", [AIM, ("pan_tilt_relative", MOVE)])
def test_a_lost_acknowledgement_is_proved_by_a_repeat_of_the_same_number(command: Any) -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*command))
        first = await script.reads()
        assert await script.reads() == first
        await script.says("02 00 00 02 00 00 00 01 0F 01")
        await move

    play(story, "sony-ip")


def test_a_lost_answer_is_asked_for_under_a_new_number() -> None:
    async def story(script: Script) -> None:
        asked = script.start(script.link.inquire("power"))
        first = await script.reads()
        assert await script.reads() == first
        await script.says("02 01 00 02 00 00 00 01 0F 01")
        assert (await script.reads())[12:23] == "00 00 00 02"
        await script.says("01 11 00 04 00 00 00 02 90 50 02 FF")
        assert await asked == {"value": "on"}

    play(story, "sony-ip")


def test_counters_that_differ_are_reset() -> None:
    async def story(script: Script) -> None:
        move = script.start(script.link.command(*AIM))
        await script.reads()
        await script.says("02 00 00 02 00 00 00 01 0F 01")
        assert await script.reads() == "02 00 00 01 00 00 00 00 01"
        await script.says("02 01 00 01 00 00 00 00 01")
        assert (await script.reads())[12:23] == "00 00 00 01"
        await script.says("01 11 00 03 00 00 00 01 90 41 FF")
        await move

    play(story, "sony-ip")


def test_after_the_last_number_comes_zero() -> None:
    async def story(script: Script) -> None:
        script.link._sequence = 0xFFFFFFFF
        script.link.send_now("zoom_drive", {"direction": "stop"})
        assert (await script.reads())[12:23] == "00 00 00 00"

    play(story, "sony-ip")
