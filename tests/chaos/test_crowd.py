"""The crowd comes from its own address, in three kinds, and comes again when sent away.

Owns a small server that counts. What the hub does meanwhile: ``make chaos``.
"""

from __future__ import annotations

import asyncio

from tests.chaos.crowd import ADDRESS, HALF, crowd, crowd_beside

PATIENCE_S = 20.0


async def test_it_stands_there_and_says_little_or_nothing() -> None:
    said: list[bytes] = []
    addresses: set[str] = set()
    seen = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        addresses.add(writer.get_extra_info("peername")[0])
        number = len(said)
        said.append(b"")
        try:
            while data := await reader.read(100):
                said[number] += data
                whole = [words for words in said if words == HALF]
                slow = [words for words in said if words.startswith(b"GET /") and len(words) < 30]
                if len(said) == 9 and len(whole) == len(slow) == 3:
                    seen.set()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    coming = asyncio.create_task(crowd(server.sockets[0].getsockname()[1], PATIENCE_S, people=9))
    await asyncio.wait_for(seen.wait(), PATIENCE_S)
    assert addresses == {ADDRESS}
    assert said.count(b"") == 3
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)
    server.close()


async def test_it_comes_from_a_process_of_its_own() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await asyncio.wait_for(crowd_beside(port, 0.0), PATIENCE_S) == 0
    server.close()


async def test_who_is_sent_away_comes_again() -> None:
    often = asyncio.Event()
    came = 0

    async def send_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        writer.close()
        if came > 9:
            often.set()

    server = await asyncio.start_server(send_away, "127.0.0.1", 0)
    coming = asyncio.create_task(crowd(server.sockets[0].getsockname()[1], PATIENCE_S, people=3))
    await asyncio.wait_for(often.wait(), PATIENCE_S)
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)
    server.close()
