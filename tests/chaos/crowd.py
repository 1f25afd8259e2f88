"""A crowd without rights at the hub's HTTP port: a thousand connections that want nothing.

Theory. They come from an address of their own, because a bound for each address is what may be
hoped for; people's pages come from another one. A third says nothing, a third half a question,
a third a question of one letter every now and then. Whoever is sent away comes again.

Owns what the crowd does. Must not judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys
import time

CROWD = 1000
ADDRESS = "127.0.0.66"
FILES = 8192

HALF = b"POST /api/v1/commands/close_all HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 64\r\n\r\n{"
SLOW = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + 1000 * b"a"

LETTER_EVERY_S = 0.5
AGAIN_S = 0.5
"""Who is sent away is back after this."""


async def crowd_beside(port: int, for_s: float) -> int:
    """The same from a process of its own: whoever measures has other things to do."""
    command = (sys.executable, "-m", "tests.chaos.crowd", str(port), str(for_s))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return int(said)


async def crowd(port: int, for_s: float, people: int = CROWD) -> int:
    """Stand in the way until the time is over; how often somebody came."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    until_s = time.monotonic() + for_s
    came = await asyncio.gather(*(_come(port, number, until_s) for number in range(people)))
    return sum(came)


async def _come(port: int, number: int, until_s: float) -> int:
    """One of the crowd: how often it came in."""
    came = 0
    while time.monotonic() < until_s:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout_at(
                asyncio.get_running_loop().time() + until_s - time.monotonic()
            ):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port, local_addr=(ADDRESS, 0)
                )
                came += 1
                try:
                    await _stand(reader, writer, number % 3)
                finally:
                    writer.transport.abort()
        await asyncio.sleep(AGAIN_S)
    return came


async def _stand(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: int) -> None:
    """Until sent away."""
    if kind == 1:
        writer.write(HALF)
    gone = asyncio.create_task(reader.read(), name="one of the crowd")
    try:
        for letter in SLOW if kind == 2 else b"":
            writer.write(bytes([letter]))
            if (await asyncio.wait({gone}, timeout=LETTER_EVERY_S))[0]:
                return
        await asyncio.wait({gone})
    finally:
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(crowd(int(sys.argv[1]), float(sys.argv[2])))))
