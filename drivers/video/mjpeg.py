"""JPEG after JPEG over HTTP, from the twin's port: small enough to need nobody's player.

Owns the reading of that stream. Must not know the twin: the port is found where every twin
announces its own.
"""

from __future__ import annotations

import contextlib
import re
import socket

import cv2
import numpy as np

from drivers.core.address import host_port, twin_path
from drivers.video.capture import Picture, Stream, opencv

ANSWER_S = 2.0
"""A stream that is silent for so long has ended."""

HEAD_LIMIT_BYTES = 4096
PICTURE_LIMIT_BYTES = 4 << 20
LENGTH = re.compile(rb"content-length:\s*(\d{1,8})\s*\r\n", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"


def open_source(source: str) -> Stream:
    """Open what a room file names: the twin's picture here, everything else with OpenCV.

    Raises:
        OSError: it cannot be opened.
    """
    if source.startswith("twin:"):
        return MjpegStream(twin_path(source.removeprefix("twin:") + ".video").read_text().strip())
    return opencv(source)


class MjpegStream:
    """One open stream; see ``drivers.video.capture.Stream``."""

    def __init__(self, address: str) -> None:
        """Connect to ``HOST:PORT`` and ask.

        Raises:
            OSError: nobody is there, or the address is none.
        """
        try:
            host, port = host_port(address)
        except ValueError as error:
            raise OSError(str(error)) from error
        self._socket = socket.create_connection((host, port), timeout=ANSWER_S)
        self._kept = bytearray()
        try:
            self._socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
            self._head()  # of the answer; each picture has one of its own
        except (OSError, ValueError) as error:
            self.release()
            raise OSError(f"{address}: no pictures: {error}") from error

    def read(self) -> tuple[bool, Picture | None]:
        """The next picture; False when the stream has ended."""
        try:
            length = LENGTH.search(self._head())
            if length is None or not 0 < int(length[1]) <= PICTURE_LIMIT_BYTES:
                return False, None
            jpeg = self._take(int(length[1]))
        except (OSError, ValueError):
            return False, None
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        return picture is not None, None if picture is None else np.asarray(picture, np.uint8)

    def _head(self) -> bytes:
        """Header lines up to the empty one."""
        while END_OF_HEAD not in self._kept:
            if len(self._kept) > HEAD_LIMIT_BYTES:
                raise ValueError("no header comes")
            self._more()
        return self._take(self._kept.index(END_OF_HEAD) + len(END_OF_HEAD))

    def _take(self, count: int) -> bytes:
        while len(self._kept) < count:
            self._more()
        taken = bytes(self._kept[:count])
        del self._kept[:count]
        return taken

    def _more(self) -> None:
        data = self._socket.recv(1 << 16)
        if not data:
            raise ValueError("the stream has ended")
        self._kept += data

    def release(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.close()
