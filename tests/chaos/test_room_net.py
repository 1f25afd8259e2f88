"""A room's cable: while it is out nothing passes and nobody is told; then everything does.

Owns two small programs that talk over it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.chaos.room_net import NoNetwork, RoomNet

PATIENCE_S = 30.0

TALKER = """
import socket, sys
host, port = sys.argv[1], int(sys.argv[2])
talk = socket.create_connection((host, port))
talk.settimeout(None)
print("connected", flush=True)
for line in sys.stdin:
    talk.sendall(line.encode())
    try:
        socket.create_connection((host, port), 0.3).close()
        print("came in", flush=True)
    except OSError as error:
        print("no way:", type(error).__name__, flush=True)
"""


@pytest.fixture
def net() -> Iterator[RoomNet]:
    """A room."""
    try:
        made = RoomNet()
    except NoNetwork as error:
        pytest.skip(str(error))
    yield made
    made.close()


async def test_what_is_said_while_the_cable_is_out_comes_when_it_is_in_again(net: RoomNet) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    ended = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                heard.put_nowait(line)
        writer.close()
        ended.set()

    server = await asyncio.start_server(listen, net.host, 0)
    port = str(server.sockets[0].getsockname()[1])
    talker = await asyncio.create_subprocess_exec(
        *net.prefix, sys.executable, "-c", TALKER, net.host, port,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert talker.stdin is not None
    assert talker.stdout is not None

    async def say(line: bytes) -> bytes:
        assert talker.stdin is not None
        assert talker.stdout is not None
        talker.stdin.write(line)
        return await asyncio.wait_for(talker.stdout.readline(), PATIENCE_S)

    assert await asyncio.wait_for(talker.stdout.readline(), PATIENCE_S) == b"connected\n"
    assert await say(b"one\n") == b"came in\n"
    assert await asyncio.wait_for(heard.get(), PATIENCE_S) == b"one\n"
    await asyncio.wait_for(ended.wait(), PATIENCE_S)  # the one who only came in
    ended.clear()
    net.pull()
    assert (await say(b"two\n")).startswith(b"no way:")
    assert heard.empty()
    assert not ended.is_set(), "nobody is told"
    net.plug()
    assert await asyncio.wait_for(heard.get(), PATIENCE_S) == b"two\n"
    talker.kill()
    await talker.communicate()
    server.close()


def test_nothing_is_left_of_it(net: RoomNet) -> None:
    cable = net._cable
    subprocess.run(["ip", "link", "show", cable], check=True, capture_output=True)
    net.close()
    assert subprocess.run(["ip", "link", "show", cable], capture_output=True).returncode != 0


def test_who_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoNetwork, match="only root"):
        RoomNet()
