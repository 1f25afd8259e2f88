"""A TCP port for a server that dies and comes back during a test.

The kernel's own choice (port 0) is wrong for that: it lies in the range from which every outgoing
connection of this machine gets its near end. While the server is dead, a connection may take the
port and keep it, even one that was on its way to the dead server and met itself.
"""

from __future__ import annotations

import itertools
import os
import socket

FIRST = 10_000
"""Below are the ports of services people run: 1883, 5432, 8080…"""

BEYOND = 32_768
"""First port Linux gives to outgoing connections (net.ipv4.ip_local_port_range, its default)."""

APART = 401
"""Prime, and more ports than one process of a run asks for: neighbours by pid do not meet."""

_candidates = itertools.cycle(range(FIRST, BEYOND))
for _ in range(os.getpid() * APART % (BEYOND - FIRST)):
    next(_candidates)


def free_port() -> int:
    """A loopback TCP port that nobody listens on now and no outgoing connection will take."""
    for port in itertools.islice(_candidates, BEYOND - FIRST):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError("every port of the tests is taken")
