"""The hub's command line and the meeting's file: one clear line for what is wrong.

Owns arguments, exit codes and the form of the file; and the word with systemd.
"""

from __future__ import annotations

import asyncio
import http.server
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from hub import check, cli, notify, reaching, roster
from hub.demo_house import DemoError, House, free_port
from hub.meeting_form import MeetingForm, configure
from hub.supervise import MOST_PAUSE_S, Supervisor, apart, retry_delay_s
from tests.fake_systemd import Systemd


def test_the_shipped_meeting_is_a_good_one() -> None:
    form = roster.load(roster.demo_file())
    assert form is not None
    meeting = configure(form)
    assert (meeting.mode, meeting.max_open) == ("open", 2)
    assert len([seat for seat in meeting.names if seat.startswith("main/")]) == 25
    assert len([seat for seat in meeting.names if seat.startswith("satellite-1/")]) == 8
    assert meeting.roles == {"main/1": "chair", "main/2": "vice_chair"}


def test_without_a_file_there_is_a_meeting_without_names() -> None:
    assert roster.load(None) is None
    assert dict(configure(MeetingForm()).names) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", ["m.toml", "TOML"]),
        ("titel = 'x'", ["m.toml", "titel", "no such key"]),
        ("max_open = 0", ["max_open", "greater than or equal to 1", "0"]),
        ("max_open = 26", ["max_open", "25"]),
        ("queue_max = 201", ["queue_max", "200"]),
        ("mode = 'dance'", ["mode", "'override'", "dance"]),
        ("[settings]\nwarning_s = 121", ["settings.warning_s", "120", "121"]),
        ("[settings]\nlimit_s = { king = 5 }", ["settings.limit_s.king", "delegate"]),
        (
            "[settings]\nmax_open_per_room = { main = 26 }",
            ["settings.max_open_per_room.main", "25"],
        ),
        ("[settings]\nwarn_s = 1", ["settings.warn_s", "no such key"]),
        ("seats = [{ seat = '12' }]", ["seats.0.seat", "12"]),
        ("seats = [{ seat = 'main/1', nam = 'x' }]", ["seats.0.nam", "no such key"]),
        ("seats = [{ seat = 'main/1' }, { seat = 'main/1' }]", ["main/1", "twice"]),
        ("seats = [{ seat = 'main/1', role = 'king' }]", ["seats.0.role", "king"]),
    ],
)
def test_a_bad_file_is_one_line_with_file_key_and_bound(text: str, words: list[str]) -> None:
    with pytest.raises(roster.MeetingFileError) as raised:
        roster.form_of(text, "m.toml")
    line = str(raised.value)
    assert line.startswith("m.toml: ")
    assert "\n" not in line
    assert [word for word in words if word not in line] == []


def test_a_changed_file_has_another_source() -> None:
    texts = ("title = 'A'", "title = 'A' # note", "title = 'B'")
    one, same, other = (configure(roster.form_of(text, "f")).source for text in texts)
    assert one == same != other


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["run", "--http", "0.0.0.0:8080"], "HTTPS"),
        (["run", "--http", "192.0.2.1:8080"], "HTTPS"),
        (["run", "--meeting", "nowhere.toml", "--data", "data"], "nowhere.toml"),
        (["status", "--http", "127.0.0.1:1"], "no hub answers"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_1(
    arguments: list[str],
    word: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 1
    error = capsys.readouterr().err
    assert word in error
    assert error.count("\n") == 1


class _Silent(http.server.BaseHTTPRequestHandler):
    """Answers everything with a page that says it cannot."""

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.mark.parametrize("words", [["status", "--http"], ["update-check", "--figures"]])
def test_whoever_answers_and_is_no_hub_is_said_so(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Silent) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        port = server.server_address[1]
        assert cli.main([*words, f"127.0.0.1:{port}"]) == 1
        answering.join()
    error = capsys.readouterr().err
    assert f"no hub answers at http://127.0.0.1:{port}/" in error
    assert error.count("\n") == 1


def test_a_clock_that_hangs_is_unconfirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "timedatectl"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(check, "ASK_S", 0.01)
    assert check.clock().verdict == "unconfirmed"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["run", "--mqtt", "broker"],
        ["run", "--http", "h:99999"],
        ["run", "--http", ":1"],
    ],
)
def test_asked_wrongly_is_exit_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == 2


def test_a_taken_http_port_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = cli.main(["run", "--http", f"127.0.0.1:{port}", "--data", str(tmp_path)])
        with pytest.raises(DemoError, match="--http-port"):
            free_port(port, "--http-port")
    assert code == 1
    assert str(port) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.0.2.7", False), ("hub.example", False)],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert reaching.is_loopback(host) is expected


def test_addresses() -> None:
    assert cli.address("127.0.0.1:1883") == ("127.0.0.1", 1883)
    assert cli.address("[::1]:80") == ("::1", 80)


def test_records_go_where_systemd_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/phonghop-hub")
    assert reaching.data_folder() == Path("/var/lib/phonghop-hub")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_DATA_HOME", "/x")
    assert reaching.data_folder() == Path("/x/phonghop/hub")


# --- systemd -----------------------------------------------------------------------------------


async def test_the_watchdog_is_fed_only_while_every_part_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd = Systemd(tmp_path, watchdog_us=3000)  # fed every millisecond
    systemd.watch(monkeypatch)
    counts = {"desk": 0, "link": 0}
    moving = ["desk", "link"]

    def progress(name: str) -> Any:
        def count() -> int:
            counts[name] += name in moving
            return counts[name]

        return count

    feeding = asyncio.create_task(
        notify.keep_alive({name: progress(name) for name in counts}), name="watchdog"
    )
    try:
        async with asyncio.timeout(10):
            while not systemd.heard():
                await asyncio.sleep(0.001)
            moving.remove("link")
            before = counts["desk"]
            while counts["desk"] < before + 3:
                await asyncio.sleep(0.001)
            systemd.heard()
            while counts["desk"] < before + 6:
                await asyncio.sleep(0.001)
        assert systemd.heard() == []
    finally:
        feeding.cancel()
        await asyncio.wait({feeding})
        systemd.close()


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    notify.notify("READY=1")
    assert notify.watchdog_period_s() is None


# --- supervision -------------------------------------------------------------------------------


async def test_a_part_that_fails_is_started_again_and_reported_and_so_is_its_recovery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.supervise.FIRST_PAUSE_S", 0.0001)
    monkeypatch.setattr("hub.supervise.STEADY_S", 0.01)
    reports: list[tuple[str, str | None]] = []
    recovered = asyncio.Event()
    others = 0

    def report(name: str, reason: str | None) -> None:
        reports.append((name, reason))
        if reason is None:
            recovered.set()

    async def failing() -> None:
        if len(reports) == 2:
            await asyncio.Event().wait()
        if len(reports) == 1:
            raise ValueError("broken")

    async def steady() -> None:
        nonlocal others
        others += 1
        await asyncio.Event().wait()

    supervisor = Supervisor(report)
    supervisor.add("a", failing)
    supervisor.add("b", steady)
    with pytest.raises(ValueError, match="two tasks"):
        supervisor.add("a", failing)
    running = asyncio.create_task(supervisor.run(), name="supervisor")
    await asyncio.wait_for(recovered.wait(), 10)
    running.cancel()
    await asyncio.wait({running})
    assert reports == [("a", "ended by itself"), ("a", "ValueError: broken"), ("a", None)]
    assert (supervisor.restarts["a"], others) == (2, 1)


@pytest.mark.parametrize("turns", range(8))
async def test_whoever_is_cancelled_ends_even_if_the_work_fails_in_that_moment(turns: int) -> None:
    fail = asyncio.Event()

    async def child() -> None:
        await fail.wait()
        raise OSError

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(child(), name="child")

    async def again_and_again() -> None:
        while True:
            try:
                await apart(work())
            except* OSError:
                fail.clear()

    running = asyncio.create_task(again_and_again(), name="again and again")
    await asyncio.sleep(0.01)
    fail.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    assert running.cancelled()


def test_pauses_grow_to_a_bound_and_are_spread() -> None:
    many = [retry_delay_s(30) for _ in range(500)]
    assert max(many) <= MOST_PAUSE_S
    assert len({int(pause) for pause in many}) >= 8  # M6: nothing comes back in step
    assert max(retry_delay_s(1) for _ in range(100)) <= 0.2


# --- the demo's house --------------------------------------------------------------------------


async def test_a_child_that_dies_is_named_with_its_last_lines(tmp_path: Path) -> None:
    house = House(tmp_path, 1, 2, tmp_path)
    dying = house.children["broker"]
    dying.command[1:] = ["-c", "import sys; print('the port is taken'); sys.exit(3)"]
    house.children = {"broker": dying}
    await house.start()
    with pytest.raises(DemoError, match=r"broker .*exit 3.*\n.*the port is taken"):
        await asyncio.wait_for(house.accident(), 20)
    await house.end()


async def test_a_deaf_child_is_killed_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.demo_house.END_PATIENCE_S", 0.05)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    house = House(tmp_path, 1, 2, tmp_path)
    child = house.children["broker"]
    child.command[1:] = ["-c", deaf]
    house.children = {"broker": child}
    await house.start()
    async with asyncio.timeout(20):
        while "deaf" not in child.last_lines():
            await asyncio.sleep(0.01)
        await house.end()
    assert child.process is not None
    assert child.process.returncode == -9
