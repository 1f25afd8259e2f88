"""The floor for Python: a bare aiomqtt echo through the same broker, QoS 1, TCP_NODELAY.

Owns that one measurement. Everything the product does on top stands beside it in one run.
"""

from __future__ import annotations

import asyncio
import time

import aiomqtt

from tests.rig import NODELAY

PAYLOAD = b"x" * 160
"""About the size of a press."""

PAUSE_S = 0.03
"""As in other measurements of brokers: one message per 30 ms, no queueing."""


def _client(port: int, name: str) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", port, identifier=name, socket_options=NODELAY)


async def echo_ms(port: int, count: int) -> list[float]:
    """Round trips: publish -> broker -> echo -> broker -> back."""
    async with _client(port, "bench-echo") as far, _client(port, "bench-near") as near:
        await far.subscribe("bench/there", qos=1)
        await near.subscribe("bench/back", qos=1)

        async def answer() -> None:
            async for _ in far.messages:
                await far.publish("bench/back", PAYLOAD, qos=1)

        answering = asyncio.create_task(answer())
        samples: list[float] = []
        back = aiter(near.messages)
        for _ in range(count):
            started_ns = time.monotonic_ns()
            await near.publish("bench/there", PAYLOAD, qos=1)
            await anext(back)
            samples.append((time.monotonic_ns() - started_ns) / 1e6)
            await asyncio.sleep(PAUSE_S)
        answering.cancel()
        await asyncio.wait({answering})
        return samples
