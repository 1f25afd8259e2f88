"""A client that is let in as a room and then sends garbage, as fast as it can.

Theory. Whoever has a room's certificate may say of that room what they like; that is what
revoking is for. What they may not do is to hurt anybody else: so this client sends only what
contract v1 does not allow, into the room's own topics, and into topics that do not exist.
Nothing of it is retained. Presses, votes and floors of both rooms must go on meanwhile.

Owns what is sent, and sending it. Must not judge.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator

import aiomqtt

from edge.contract import topics
from edge.contract.wire import BadMessage, decode, each_event
from tests.chaos.history import GARBAGE_MARK
from tests.fuzz.mutate import Mutator
from tests.fuzz.texts import said
from tests.rig import NODELAY

BURST = 50
"""Messages without a breath; then others on this machine get their turn."""

BREATH_S = 0.05
STOCK = 1000

MARK_FIRST = b'{"' + GARBAGE_MARK + b'":1,'
"""A field that nobody knows is passed over: the rest of the message is judged as it is."""

HEAVY_SHARE, HEAVY_BYTES = 0.05, 15_000
UNKNOWN_SHARE = 0.1


def garbage(room: str, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Topic and payload without end: each is refused at the gate of hub and room."""
    mutator = Mutator(said(), chance)
    while True:
        line, _, payload = mutator.make().partition(b"\n")
        named = topics.parse(line.decode(errors="replace"))
        dice = chance.random()
        if named is None or dice < UNKNOWN_SHARE:
            name = topics.up(room, "x" * chance.randint(1, 20), f"n{chance.randrange(10**6)}")
        else:
            name = str(topics.Topic(room, named.direction, named.kind, named.item))
        if dice > 1 - HEAVY_SHARE:
            payload = chance.randbytes(HEAVY_BYTES)
        is_object = payload.startswith(b"{")
        payload = MARK_FIRST + payload[1:] if is_object else payload + GARBAGE_MARK
        if _is_refused(name, payload):
            yield name, payload


def _is_refused(name: str, payload: bytes) -> bool:
    """As a whole, and where it is a list of events, each of them."""
    try:
        decode(name, payload)
    except BadMessage:
        return all(one.event is None for one in each_event(payload))
    return False


async def harass(port: int, room: str, for_s: float, seed: int) -> int:
    """Send until the time is over, coming back whenever thrown out; how many were sent."""
    sent, until_s = 0, time.monotonic() + for_s
    made = garbage(room, random.Random(f"hostile {room} {seed}"))
    messages = itertools.cycle(
        list(itertools.islice(made, STOCK))
    )  # making takes time, sending not
    while time.monotonic() < until_s:
        try:
            async with aiomqtt.Client(
                "127.0.0.1", port, identifier=f"hostile-{room}", socket_options=NODELAY
            ) as client:
                while time.monotonic() < until_s:
                    for _ in range(BURST):
                        name, payload = next(messages)
                        await client.publish(name, payload, qos=0)
                        sent += 1
                    await asyncio.sleep(BREATH_S)
        except aiomqtt.MqttError:  # the broker is gone too, or has had enough
            await asyncio.sleep(BREATH_S)
    return sent
