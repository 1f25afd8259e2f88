"""``phonghop-hub demo``: a whole site on one machine, in one go.

Owns what the person at the terminal sees, and that everything ends with the demo. Must not
know the processes' commands (``demo_house``) nor the stories (``demo_stories``).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.demo_house import ROOMS, DemoError, House, free_port
from hub.demo_probe import NotSeenError, PageProbe, all_well
from hub.demo_report import Report, Step, table
from hub.demo_stories import STORIES
from hub.demo_telling import READY_S

BROKEN_OFF = 130
"""Exit code of a script that Ctrl-C ended, as shells have it; a demo may end at any time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line asked for."""

    http_port: int
    mqtt_port: int
    data: Path | None
    script: str | None
    as_json: bool
    minutes: float | None = None
    """For stories that may be longer or shorter; None is their own choice."""


def main(choice: Choice) -> int:
    """Run the demo until Ctrl-C, or a script to its end; the exit code."""
    try:
        return asyncio.run(_run(choice))
    except DemoError as error:
        sys.stderr.write(f"phonghop-hub demo: {error}\n")
        if choice.script is not None and choice.as_json:
            nothing = Report(choice.script).as_json()
            _say(json.dumps({**nothing, "error": str(error)}, ensure_ascii=False))
        return 1


async def _run(choice: Choice) -> int:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    ports = free_port(choice.mqtt_port, "--mqtt-port"), free_port(choice.http_port, "--http-port")
    with contextlib.ExitStack() as stack:
        temporary = Path(tempfile.mkdtemp(prefix="phonghop-demo-"))
        stack.callback(shutil.rmtree, temporary, ignore_errors=True)
        folder = choice.data if choice.data is not None else temporary
        run_dir = temporary / "run" if choice.script is not None else None
        house = House(folder, *ports, run_dir)
        try:
            await house.start()
            if run_dir is None:
                return await _until_end(house, _interactive(house, choice), ended, 0)
            return await _until_end(house, _script(house, run_dir, choice), ended, BROKEN_OFF)
        finally:
            await house.end()


async def _until_end(
    house: House, work: Coroutine[Any, Any, int], ended: asyncio.Event, broken_off: int
) -> int:
    """Do ``work`` until it is done, a child dies, or the person has had enough."""
    doing = asyncio.create_task(work, name="demo work")
    accident = asyncio.create_task(house.accident(), name="demo accident")
    ending = asyncio.create_task(ended.wait(), name="demo end")
    tasks: set[asyncio.Task[Any]] = {doing, accident, ending}
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finished = {task for task in tasks if task.done()}
    for task in tasks - finished:
        task.cancel()
    await asyncio.wait(tasks)
    if doing in finished:
        return doing.result()
    if accident in finished:
        accident.result()
    return broken_off


async def _interactive(house: House, choice: Choice) -> int:
    """Say when everything is up and what to try, then wait."""
    started_s = time.monotonic()
    told = None if choice.as_json else _Progress()
    page = PageProbe()
    async with house.session() as session:
        following = asyncio.create_task(page.follow(house.page, session), name="demo page")
        try:
            for room in ROOMS:
                await page.until(all_well(room), f"room {room}", READY_S)
                if told is not None:
                    told.say(f"phòng {room} đã sẵn sàng / room {room} is ready")
        except NotSeenError as error:
            raise DemoError(f"{error}\n{house.children[f'edge-{room}'].last_lines()}") from error
        finally:
            following.cancel()
            await asyncio.wait({following})
    if choice.as_json:
        ready = {"page": house.page, "mqtt_port": house.mqtt_port, "rooms": list(ROOMS)}
        _say(json.dumps({**ready, "ready_s": round(time.monotonic() - started_s, 2)}))
    else:
        _say(_what_to_try(house))
    await asyncio.Event().wait()
    return 0


async def _script(house: House, run_dir: Path, choice: Choice) -> int:
    tell = STORIES[choice.script or ""]
    story = tell(house, run_dir, _hush if choice.as_json else _Progress().step)
    if choice.minutes is not None:
        story.minutes = choice.minutes
    report = await story.tell()
    if not report.ok:
        for child in house.children.values():
            sys.stderr.write(f"--- {child.name}\n{child.last_lines()}\n")
    _say(json.dumps(report.as_json(), ensure_ascii=False) if choice.as_json else table(report))
    return 0 if report.ok else 1


def _hush(_: Step) -> None:
    """JSON is for programs: nothing but the report goes out."""


class _Progress:
    """Lines with the time since the start."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self.say("đang khởi động / starting: broker, hub, twin, edge …")

    def say(self, text: str) -> None:
        _say(f"[{time.monotonic() - self._started_s:5.1f} s] {text}")

    def step(self, step: Step) -> None:
        mark = "ok " if step.ok else "SAI"
        self.say(f"{mark} {step.name} ({step.ms:.0f} ms)")


def _what_to_try(house: House) -> str:
    edge = _program("phonghop-edge")
    return f"""
Trang web / pages:                   {house.page}  (chọn vai / choose a role)
MQTT:                                127.0.0.1:{house.mqtt_port}  (phonghop/v1/#)

Mở cửa sổ dòng lệnh khác để thử / try in another terminal:
  {edge} twin press main 12 mic          ghế 12 nhấn phím micro / seat 12 presses its key
  {edge} twin press satellite-1 3 mic    phòng vệ tinh, chung một hàng chờ / same queue
  {edge} twin press main 12 yes          phím tán thành, khi đang biểu quyết / the key "for"
  {edge} twin show main                  đèn, micro, camera thật sự ra sao / the hardware
  {edge} twin fault main cam-left silent camera không trả lời / a camera falls silent
  {edge} twin fault main cam-left clear  … và hồi phục / and recovers

Ctrl-C để dừng tất cả / ends everything.
"""


def _program(name: str) -> str:
    """How to call a program of ours from another terminal."""
    beside = Path(sys.executable).with_name(name)
    if shutil.which(name) is None and beside.is_file():
        with contextlib.suppress(ValueError):
            return str(beside.relative_to(Path.cwd()))
        return str(beside)
    return name


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
