"""The demo's MQTT broker: amqtt in a process of its own. ``python -m hub.demo_broker --port N``.

amqtt speaks MQTT 3.1.1 only, keeps no session of anonymous clients and loses everything at
its end: good enough for a demo, because nothing here depends on a broker's memory, and not
meant for a real room (there Mosquitto does it, see ``firmware_config/mosquitto``).

Owns that broker. Listens on 127.0.0.1 only, where everybody may come in.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys

from amqtt.broker import Broker
from amqtt.errors import AMQTTError

HOST = "127.0.0.1"


def config(port: int) -> dict[str, object]:
    """One listener on this machine, no telemetry topics, nobody asked for a name."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }


async def _serve(port: int) -> int:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    broker = Broker(config(port))
    try:
        await broker.start()
    except (AMQTTError, OSError) as error:
        sys.stderr.write(f"demo broker: port {port}: {error.__cause__ or error}\n")
        return 1
    sys.stdout.write(f"broker: mqtt://{HOST}:{port}\n")
    sys.stdout.flush()
    await ended.wait()
    with contextlib.suppress(AMQTTError, TimeoutError):
        await asyncio.wait_for(broker.shutdown(), timeout=2.0)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m hub.demo_broker", description="Demo broker.")
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    return asyncio.run(_serve(chosen.port))


if __name__ == "__main__":
    sys.exit(main())
