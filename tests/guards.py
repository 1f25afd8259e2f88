"""Guards over every test: it talks to this machine only and leaves nothing running.

Owns what a test may not do, whatever it tests. Must not know anything of the product.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

THREAD_ENDS_S = 2.0
"""A thread that was told to end may take this long; one that was not told takes for ever."""

OTHERS_THREADS = ("asyncio_", "waitpid-")
"""Threads that asyncio itself keeps until its loop is closed, which is after the test."""

LOOP_TURNS = 3
"""A cancelled task needs a turn to notice, and what awaits it another."""

SOCKET_EVENTS = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


OWN_CABLES: set[str] = set()
"""Near ends of cables into network namespaces of this machine, which a test has made itself."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return host is None  # as in getaddrinfo(None, 0)
    if host == "localhost" or host in OWN_CABLES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch_sockets(event: str, args: tuple[Any, ...]) -> None:
    if event in SOCKET_EVENTS:
        address = args[1]
        # Unix sockets have a path, a connected sendmsg has no address at all.
        if event == "socket.bind" and address == ("", 0):
            return  # a client that asks the system for any port of its own, as paho does
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise RuntimeError(f"tests stay on the loopback: {event} {address!r}")
    elif event == "socket.getaddrinfo" and not _is_local(args[0]):
        raise RuntimeError(f"tests stay on the loopback: look-up of {args[0]!r}")


def keep_to_loopback() -> None:
    """From now on this process reaches 127.0.0.0/8, ::1 and Unix sockets, for good."""
    sys.addaudithook(_watch_sockets)


@contextmanager
def no_thread_left() -> Iterator[None]:
    """Fail when a thread is left that was not there before."""
    before = set(threading.enumerate())
    yield
    gc.collect()
    deadline = time.monotonic() + THREAD_ENDS_S
    left = []
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith(OTHERS_THREADS):
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                left.append(thread.name)
    if left:
        raise AssertionError(f"the test leaves threads running: {', '.join(sorted(left))}")


@asynccontextmanager
async def no_task_left() -> AsyncIterator[None]:
    """Fail when a task is left in this loop, or was lost by the garbage collector."""
    loop = asyncio.get_running_loop()
    complaints: list[str] = []

    def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        complaints.append(f"{context['message']} {context.get('task') or context.get('exception')}")

    before = asyncio.all_tasks()
    loop.set_exception_handler(note)
    try:
        yield
    finally:
        for _ in range(LOOP_TURNS):
            await asyncio.sleep(0)
        gc.collect()
        loop.set_exception_handler(None)
    # Whoever clears up here works in a task of its own.
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    complaints += [f"still running: {task!r}" for task in left]
    if complaints:
        raise AssertionError("the test leaves tasks behind:\n  " + "\n  ".join(complaints))
