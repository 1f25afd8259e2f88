"""The guards of the test suite themselves: each must be seen to fail."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from tests import guards
from tests.broker import Mosquitto


async def test_a_task_left_running_is_noticed() -> None:
    with pytest.raises(AssertionError, match="still running"):
        async with guards.no_task_left():
            left = asyncio.create_task(asyncio.Event().wait())
    left.cancel()


async def test_a_task_lost_to_the_garbage_collector_is_noticed() -> None:
    async def wait_for_what_nobody_holds() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(AssertionError, match="destroyed"):
        async with guards.no_task_left():
            asyncio.create_task(wait_for_what_nobody_holds())  # noqa: RUF006 - the mistake itself


async def test_a_cancelled_task_is_no_leak() -> None:
    async with guards.no_task_left():
        asyncio.create_task(asyncio.Event().wait()).cancel()


def test_a_thread_left_running_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "THREAD_ENDS_S", 0.01)
    enough = threading.Event()
    thread = threading.Thread(target=enough.wait, name="forgotten")
    with pytest.raises(AssertionError, match="forgotten"), guards.no_thread_left():
        thread.start()
    enough.set()
    thread.join()


def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as plain, pytest.raises(RuntimeError, match="loopback"):
        plain.connect(("192.0.2.1", 9))
    with pytest.raises(RuntimeError, match="loopback"):
        socket.getaddrinfo("example.invalid", 80)
    with socket.socket() as plain, pytest.raises(RuntimeError, match="loopback"):
        plain.bind(("0.0.0.0", 0))


def test_this_machine_is_within_reach() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


@pytest.mark.broker
def test_the_broker_comes_back_on_its_port(mosquitto: Mosquitto) -> None:
    seen = [mosquitto.running]
    mosquitto.kill()
    seen.append(mosquitto.running)
    mosquitto.restart()
    with socket.create_connection((mosquitto.host, mosquitto.port)):
        seen.append(mosquitto.running)
    mosquitto.stop()
    assert seen == [True, False, True]
    assert "terminating" in mosquitto.log
