"""What merely receiving costs: a bare aiomqtt client on the topics of the hub.

Owns that one measurement: ``python -m tests.bench.bare PORT SECONDS`` prints messages and processor
time as JSON. What the hub needs for the same messages stands beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

import aiomqtt

from edge.contract import topics
from tests.rig import NODELAY

BEGINNING_S = 1.0
"""Retained messages come first."""


async def receive(port: int, seconds: float) -> dict[str, float]:
    """Messages that came within so many seconds, and what they cost."""
    came = 0
    async with aiomqtt.Client(
        "127.0.0.1", port, identifier="bench-bare", socket_options=NODELAY
    ) as client:

        async def take() -> None:
            nonlocal came
            async for _ in client.messages:
                came += 1

        await client.subscribe(f"{topics.ROOT}/+/up/#", qos=1)
        taking = asyncio.create_task(take())
        await asyncio.sleep(BEGINNING_S)
        before, cpu_s = came, time.process_time()
        await asyncio.sleep(seconds)
        found = {"messages": came - before, "cpu_s": time.process_time() - cpu_s}
        taking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await taking
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(receive(int(sys.argv[1]), float(sys.argv[2])))))
