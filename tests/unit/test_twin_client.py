"""Who asks the twin while somebody else waits for an answer gets their own."""

from __future__ import annotations

import asyncio
import json

import pytest

from edge.twin.client import TwinClient
from edge.twin.control import socket_path


@pytest.mark.usefixtures("run_dir")
async def test_each_of_many_requests_at_once_gets_its_own_answer() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await asyncio.sleep(0)
            writer.write(json.dumps({"ok": True, "you": json.loads(line)["n"]}).encode() + b"\n")
        writer.close()

    path = socket_path("main")
    path.parent.mkdir(parents=True, exist_ok=True)
    async with await asyncio.start_unix_server(answer, path), TwinClient("main") as twin:
        told = await asyncio.gather(*(twin.ask(do="show", n=n) for n in range(20)))
    assert [one["you"] for one in told] == list(range(20))
