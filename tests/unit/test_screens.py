"""Scenes and meetings at the displays of a room: what is wanted, what is there, who wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edge.contract import messages, topics
from edge.wishes import AroundMeeting, DisplayScene, Wish
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual, until

TITLE = messages.Text(vi="Cảnh", en="Scene")
SHOW = DisplayScene("show", TITLE, {"display-1": Wish(True, "HDMI2", 30)}, "fixed")
TALK = DisplayScene("talk", TITLE, {"display-1": Wish(True, "HDMI1")}, "track")
DARK = DisplayScene("dark", TITLE, {"display-1": Wish(False)})
OFF_AFTER_S = 20.0


@asynccontextmanager
async def room(start: str | None = "talk") -> AsyncIterator[PaperRoom]:
    """A running room with three scenes and a hub that leads it."""
    here = PaperRoom(scenes=(SHOW, TALK, DARK), around=AroundMeeting(start, OFF_AFTER_S))
    async with here.running():
        here.hub()
        here.floor()
        yield here


def order(here: PaperRoom, action: str, device: str = "room", **args: Any) -> None:
    """A technician's command."""
    here.rev += 1
    here.controller.deliver(
        topics.Topic("main", "down", "time"), messages.HubTime(gen=1, mono_ms=1000)
    )
    command = messages.Command(
        id=f"c-{here.rev}",
        action=action,
        args=args,
        ttl_ms=600_000,
        sent_ms=1000,
        gen=1,
        n=here.rev,
        by="technician",
    )
    here.controller.deliver(topics.Topic("main", "down", "command", device), command)


def session(here: PaperRoom, word: Any) -> None:
    """``down/meeting`` says how the meeting is."""
    here.rev += 1
    told = messages.Meeting(gen=1, rev=here.rev, title="", names={}, roles={}, session=word)
    here.controller.deliver(topics.Topic("main", "down", "meeting"), told)


def shown(here: PaperRoom) -> tuple[bool, str, int]:
    """What the display is."""
    return here.display.on, here.display.source, here.display.loud


def scene(here: PaperRoom) -> Any:
    """What the hub is told of the scene in force."""
    return here.told("state", "displays").scene


def behind(here: PaperRoom) -> list[tuple[str, str]]:
    """What of it is not there, and why."""
    return [(one.what, one.reason) for one in scene(here).behind]


def test_a_scene_is_made_true_in_the_order_in_which_it_can_be() -> None:
    async def story() -> None:
        async with room() as here:
            assert scene(here) is None
            here.display.slow.clear()
            order(here, "scene", scene="show")
            await until(lambda: scene(here))
            assert (scene(here).id, scene(here).by) == ("show", "hand")
            assert behind(here) == [("power", "it says off")]
            here.display.slow.set()
            await until(lambda: not scene(here).behind)
            assert shown(here) == (True, "HDMI2", 30)
            actual = here.told("state", "displays").displays["display-1"]
            wanted = (actual.wanted_power, actual.wanted_source, actual.wanted_volume)
            assert wanted == (True, "HDMI2", 30)
            assert here.controller.shots.policy == "fixed"

    run_virtual(story())


def test_what_failed_is_named_and_tried_again() -> None:
    async def story() -> None:
        async with room() as here:
            here.display.deaf = 3
            order(here, "scene", scene="show")
            await until(lambda: scene(here) and "no answer" in behind(here)[0][1])
            assert behind(here) == [("power", "display-1 power: no answer")]
            await until(lambda: not behind(here), 60)
            assert (shown(here), here.display.orders) == ((True, "HDMI2", 30), 4)

    run_virtual(story())


def test_a_new_scene_ends_the_attempts_of_the_old_one() -> None:
    async def story() -> None:
        async with room() as here:
            here.display.slow.clear()
            order(here, "scene", scene="show")
            await until(lambda: here.display.orders == 1)
            order(here, "scene", scene="dark")
            here.display.slow.set()
            await until(lambda: scene(here).id == "dark" and not behind(here))
            await asyncio.sleep(15)
            assert shown(here) == (False, "HDMI1", 0)

    run_virtual(story())


def test_what_a_remote_control_did_is_told_and_left() -> None:
    async def story() -> None:
        async with room() as here:
            order(here, "scene", scene="show")
            await until(lambda: scene(here) and not behind(here))
            here.display.on = False
            await until(lambda: behind(here) == [("power", "it says off")])
            orders = here.display.orders
            await asyncio.sleep(15)
            assert here.display.orders == orders

    run_virtual(story())


def test_a_command_by_hand_lets_the_scene_go() -> None:
    async def story() -> None:
        async with room() as here:
            here.display.deaf = 1000
            order(here, "scene", scene="show")
            await until(lambda: here.display.orders == 1)
            here.display.deaf = 0
            order(here, "power", "display-1", on=False)
            await until(lambda: scene(here) and behind(here) == [("power", "changed by hand")])
            await asyncio.sleep(15)
            assert shown(here)[0] is False
            order(here, "power", "display-1", on=True)
            order(here, "volume", "display-1", percent=5)
            await until(lambda: shown(here) == (True, "HDMI1", 5))
            await until(
                lambda: behind(here) == [("source", "it says HDMI1"), ("volume", "changed by hand")]
            )

    run_virtual(story())


def test_a_scene_that_nobody_wrote_is_refused_and_changes_nothing() -> None:
    async def story() -> None:
        async with room() as here:
            results: list[messages.Result] = []
            here.link.publish_once = (  # type: ignore[method-assign]
                lambda name, message, qos=1: results.append(message)  # type: ignore[arg-type,misc]
            )
            order(here, "scene", scene="party")
            order(here, "scene", scene=5)
            await until(lambda: len([r for r in results if isinstance(r, messages.Result)]) == 2)
            said = [r.reason.en for r in results if isinstance(r, messages.Result) and r.reason]
            assert "no such scene (party)" in said[0]
            assert "argument is wrong" in said[1]
            assert scene(here) is None
            assert here.display.orders == 0

    run_virtual(story())


def test_displays_go_on_with_a_meeting_and_off_a_while_after_the_last() -> None:
    async def story() -> None:
        async with room() as here:
            session(here, "none")
            await asyncio.sleep(5)
            assert shown(here)[0] is False
            session(here, "running")
            await until(lambda: scene(here) and not behind(here))
            assert (scene(here).id, scene(here).by, shown(here)[0]) == ("talk", "meeting", True)
            session(here, "ended")
            await asyncio.sleep(OFF_AFTER_S - 2)
            session(here, "running")  # the next one begins in time
            await asyncio.sleep(OFF_AFTER_S)
            assert shown(here)[0] is True
            session(here, "ended")
            await asyncio.sleep(OFF_AFTER_S - 2)
            assert shown(here)[0] is True
            await until(lambda: not here.display.on)
            await until(lambda: scene(here) is None)

    run_virtual(story())


def test_off_by_hand_is_respected_until_the_next_meeting() -> None:
    async def story() -> None:
        async with room() as here:
            session(here, "running")
            await until(lambda: here.display.on)
            order(here, "power", "display-1", on=False)
            await until(lambda: not here.display.on)
            for _ in range(3):
                session(here, "running")  # told again, for a name has changed
                await asyncio.sleep(15)
            assert here.display.on is False
            session(here, "ended")
            session(here, "running")
            await until(lambda: here.display.on)

    run_virtual(story())


@pytest.mark.parametrize("used", ["scene", "power", "fire"])
def test_whoever_uses_the_room_after_the_meeting_does_not_sit_in_the_dark(used: str) -> None:
    async def story() -> None:
        async with room() as here:
            session(here, "running")
            await until(lambda: here.display.on)
            session(here, "ended")
            await asyncio.sleep(5)
            if used == "scene":
                order(here, "scene", scene="show")
            elif used == "power":
                order(here, "power", "display-1", on=True)
            else:
                here.fire(True)
            await asyncio.sleep(3 * OFF_AFTER_S)
            assert here.display.on is True

    run_virtual(story())


def test_after_our_start_a_meeting_counts_as_begun_but_never_as_ended() -> None:
    async def story() -> None:
        async with room() as here:
            here.display.on = True
            session(here, "ended")
            await asyncio.sleep(3 * OFF_AFTER_S)
            assert here.display.on is True
            assert here.display.orders == 0
        async with room() as here:
            session(here, "running")
            await until(lambda: here.display.on)

    run_virtual(story())


def test_a_hub_that_says_nothing_of_meetings_and_a_room_without_a_scene_for_them() -> None:
    async def story() -> None:
        async with room() as here:
            session(here, None)
            await asyncio.sleep(5)
            session(here, "running")
            await until(lambda: here.display.on)
            session(here, None)
            await asyncio.sleep(2 * OFF_AFTER_S)
            assert here.display.on is True
        async with room(start=None) as here:
            session(here, "running")
            session(here, "ended")
            await asyncio.sleep(2 * OFF_AFTER_S)
            assert here.display.orders == 0

    run_virtual(story())


def test_locked_cameras_stay_locked() -> None:
    async def story() -> None:
        async with room() as here:
            here.controller.shots.policy = "locked"
            order(here, "scene", scene="show")
            await until(lambda: scene(here) and not behind(here))
            assert here.controller.shots.policy == "locked"

    run_virtual(story())


def test_a_command_between_two_lives_of_the_controller_is_answered_not_raised() -> None:
    async def story() -> None:
        here = PaperRoom()
        said: list[messages.Result] = []

        def note(name: str, message: messages.Message, qos: int = 1) -> None:
            if isinstance(message, messages.Result):
                said.append(message)

        here.link.publish_once = note  # type: ignore[method-assign]
        order(here, "power", "display-1", on=True)
        async with here.running():
            here.hub()
        order(here, "power", "display-1", on=True)
        assert [one.status for one in said] == ["failed", "failed"]
        assert all("starts anew" in one.reason.en for one in said if one.reason)
        assert not here.display.on

    run_virtual(story())
