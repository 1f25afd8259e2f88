"""The story of one press, told on a running demo and checked from all sides.

A delegate presses the microphone key; the lamp answers, the hub gives the floor, the
microphone opens, a camera finds the seat, the page shows it. Both rooms, one floor, and once
with the hub dead. Keys are pressed at the simulated hardware; what is observed is what the
hardware itself sees, what is on MQTT, and what a page is told.

Owns the story. Must not know how anything of it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp

from edge.contract.topics import down as to_room
from edge.contract.topics import up
from hub.demo_house import ROOMS
from hub.demo_probe import Json, NotSeenError, TwinProbe, follows_hub
from hub.demo_telling import READY_S, Telling, all_of, span_ms

SPEAKERS = {"main": "12", "satellite-1": "3"}
"""Who presses in each room: delegates, so that the limit of open microphones counts."""

SECOND = "14"
"""Another delegate of the main room, for the second of the two places."""


class OnePress(Telling):
    """Tells the story of one press."""

    name = "one-press"

    async def _scenes(self, session: aiohttp.ClientSession) -> None:
        for room in ROOMS:
            await self._one_press(room)
        await self._joint_floor(session)
        await all_of(
            self.step(f"{room}: display on", self._display_on(session, room)) for room in ROOMS
        )
        await self._without_hub()

    # --- scenes ------------------------------------------------------------------------------

    async def _one_press(self, room: str) -> None:
        """Steps 1 to 5 of the story, and the end of the turn."""
        number = SPEAKERS[room]
        seat, twin = f"{room}/{number}", self.twins[room]
        before = {ident: _aim(c) for ident, c in (await twin.show())["cameras"].items()}
        pressed_ns = await twin.press(number)
        together = {
            "key lamp answers": self._lamp(twin, number, pressed_ns),
            "hub gives the floor": self._granted(room, seat),
            "microphone opens": self.relay(twin, number, True, pressed_ns),
            "page shows who speaks": self._page_speaks(seat),
            "page shows the microphone proven open": self._page_proves(room, number),
            "camera has arrived": self._camera(room, seat, before),
        }
        await self._together(room, together, pressed_ns)
        pressed_ns = await twin.press(number)
        await self._together(
            room,
            {
                "second press ends the turn": self._floor_without(room, seat),
                "microphone closes": self.relay(twin, number, False, pressed_ns),
                "key lamp goes out": twin.until(
                    lambda s: s[number]["red"] == "off" and {"red": "off"}, "red lamp off"
                ),
            },
            pressed_ns,
        )

    async def _together(self, room: str, parts: dict[str, Any], pressed_ns: int) -> None:
        """Several things that follow from one press, each timed from it."""
        await all_of(self.step(f"{room}: {name}", part, pressed_ns) for name, part in parts.items())
        for step in self.report.steps[-len(parts) :]:
            figure = step.name.replace(f"{room}: ", "").replace(" ", "_")
            ms = step.observed.get("ms", step.ms) if isinstance(step.observed, dict) else step.ms
            self.report.figures[f"{room}.{figure}_ms"] = ms

    async def _lamp(self, twin: TwinProbe, number: str, pressed_ns: int) -> Json:
        """The first answer of any lamp at the seat, by the hardware's own clock."""

        def answered(_: Json) -> Any:
            times = [
                t
                for lamp in ("red", "green")
                if (t := twin.times_ns.get((number, lamp), 0)) > pressed_ns
            ]
            return min(times) if times else None

        at_ns = await twin.until(answered, f"lamp at {twin.room}/{number}")
        seat = twin.seen[number]
        return {"ms": span_ms(at_ns - pressed_ns), "red": seat["red"], "green": seat["green"]}

    async def _granted(self, room: str, seat: str) -> Json:
        floor = await self.mqtt.until(
            lambda s: _speaks(s[to_room(room, "floor")], seat) and s[to_room(room, "floor")],
            f"{seat} on the floor of {room}",
        )
        return {"gen": floor["gen"], "rev": floor["rev"], "speaking": _seats(floor)}

    async def _floor_without(self, room: str, seat: str) -> Json:
        floor = await self.mqtt.until(
            lambda s: not _speaks(s[to_room(room, "floor")], seat) and s[to_room(room, "floor")],
            f"{seat} off the floor",
        )
        return {"rev": floor["rev"], "speaking": _seats(floor)}

    async def _page_speaks(self, seat: str) -> Json:
        await self.page.until(lambda s: _speaks(s["floor"], seat), f"{seat} on the page")
        return {"speaking": [t["name"] or t["seat"] for t in self.page.seen["floor"]["speaking"]]}

    async def _page_proves(self, room: str, number: str) -> Json:
        await self.page.until(
            lambda s: s["rooms"][room]["seats"][number]["microphone"] is True,
            f"microphone of {room}/{number} open on the page",
        )
        return {"microphone": True}

    async def _camera(self, room: str, seat: str, before: dict[str, Any]) -> Json:
        """A camera reports that it has arrived and is on air; its real angles have changed."""
        name = up(room, "state", "cameras")

        def on_air(seen: Json) -> Any:
            cameras = seen[name]["cameras"]
            return next(
                (
                    ident
                    for ident, camera in cameras.items()
                    if camera["target"] == seat and camera["arrived"] and camera["on_air"]
                ),
                None,
            )

        ident = await self.mqtt.until(on_air, f"a camera on air at {seat}", 30.0)
        hardware = (await self.twins[room].show())["cameras"][ident]
        aim = _aim(hardware)
        if aim == before[ident] or hardware["moving"]:
            raise NotSeenError(f"{ident}: hardware says {hardware}, before {before[ident]}")
        return {"camera": ident, "pan_deg": aim[0], "tilt_deg": aim[1], "was": before[ident]}

    async def _joint_floor(self, session: aiohttp.ClientSession) -> None:
        """One floor over both rooms: who ends in one room makes place in the other."""
        first, other = SPEAKERS["main"], SPEAKERS["satellite-1"]
        main, far = self.twins["main"], self.twins["satellite-1"]
        seat = f"satellite-1/{other}"

        async def fill() -> Json:
            for number in (first, SECOND):
                await main.press(number)
                await self.relay(main, number, True, 0)
            return {"speaking": [f"main/{first}", f"main/{SECOND}"]}

        async def wait() -> Json:
            await far.press(other)
            await far.until(lambda s: s[other]["green"] in ("on", "slow"), "green lamp: waiting")
            await self.queued(seat)
            return {"green": far.seen[other]["green"], "microphone": far.seen[other]["microphone"]}

        async def follow() -> Json:
            pressed_ns = await main.press(first)
            return await self.relay(far, other, True, pressed_ns)

        async def silence() -> Json:
            await self.command(session, "all_off")
            for twin, number in ((main, SECOND), (far, other)):
                await self.relay(twin, number, False, 0)
            return {"all_off": "accepted"}

        await self.step("joint floor: both places taken in the main room", fill())
        await self.step("joint floor: the satellite's delegate waits", wait())
        await self.step("joint floor: main ends, the satellite's microphone opens", follow())
        await self.step("joint floor: all off by the page", silence())

    async def _display_on(self, session: aiohttp.ClientSession, room: str) -> Json:
        """By the page's command; the panel itself and the page say that it is on."""
        devices = self.page.seen["rooms"][room]["plan"]["devices"]
        display = next(d["id"] for d in devices if d["kind"] == "display")
        answer = await self.command(session, "display_power", room=room, display=display, on=True)
        await self.twins[room].until_shown(
            lambda show: show["displays"][display]["power"] == "on", f"{display} on"
        )
        outcome = await self.page.until(
            lambda s: (
                s["commands"][answer["id"]]["status"] not in ("sent",)
                and s["commands"][answer["id"]]
            ),
            f"outcome of the command to {display}",
            30.0,
        )
        if outcome["status"] != "done":
            raise NotSeenError(f"{display}: {outcome}")
        await self.page.until(
            lambda s: s["rooms"][room]["displays"][display]["power"] is True,
            f"{display} on, on the page",
        )
        return {"display": display, "hardware": "on", "command": outcome["status"]}

    async def _without_hub(self) -> None:
        """Step 6: the rooms lead themselves, and their floors are merged when the hub is back."""

        async def die() -> Json:
            await self._house.kill("hub")
            for room in ROOMS:
                await self.mqtt.until(
                    _leads_itself(room),
                    f"{room} leads itself",
                )
            return {"authority": dict.fromkeys(ROOMS, "room")}

        async def press_alone(room: str) -> Json:
            pressed_ns = await self.twins[room].press(SPEAKERS[room])
            return await self.relay(self.twins[room], SPEAKERS[room], True, pressed_ns)

        async def come_back() -> Json:
            changes = {room: twin.changes for room, twin in self.twins.items()}
            await self._house.start_child("hub")
            seats = [f"{room}/{SPEAKERS[room]}" for room in ROOMS]
            await self.page.until(
                lambda s: (
                    all(_speaks(s["floor"], seat) for seat in seats)
                    and all(follows_hub(room)(s) for room in ROOMS)
                ),
                "both floors merged on the page, the hub leads",
                READY_S,
            )
            cut = [
                r for r, n in changes.items() if not self.twins[r].seen[SPEAKERS[r]]["microphone"]
            ]
            if cut:
                raise NotSeenError(f"microphones cut in {cut}")
            return {"speaking": seats, "microphones": "stayed open"}

        async def finish() -> Json:
            for room, twin in self.twins.items():
                await twin.press(SPEAKERS[room])
                await self.relay(twin, SPEAKERS[room], False, 0)
            return {"microphones": "closed"}

        await self.step("hub killed: the rooms lead themselves", die())
        for room in ROOMS:
            await self.step(f"{room}: without hub a press opens the microphone", press_alone(room))
        await self.step("hub back: floors merged, page shows it", come_back())
        await self.step("second presses end the turns", finish())


def _leads_itself(room: str) -> Callable[[Json], bool]:
    return lambda seen: seen[up(room, "state", "floor")]["authority"] == "room"


def _aim(camera: Json) -> list[float]:
    return [round(camera["pan_deg"], 1), round(camera["tilt_deg"], 1)]


def _seats(floor: Json) -> list[str]:
    return [turn["seat"] for turn in floor["speaking"]]


def _speaks(floor: Json, seat: str) -> bool:
    return seat in _seats(floor)
