"""Files of papers: what kind they are, how they come to the disk, which may go.

Theory. What a file is, its first bytes say; its name and what the sender claims say nothing. It
arrives piece by piece into a file beside its place and gets its name, the hash of its content,
only when all of it is on the disk. So a file under its name is whole, whatever happened, and the
same document sent twice is kept once. SVG and HTML are no papers: a browser would run what is in
them.

Owns the folder of papers. Must not know meetings.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
import tempfile
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge.rules.reasons import Reason

log = logging.getLogger(__name__)

MOST_BYTES = 50 * 1024 * 1024
"""Unless the hub is told otherwise: a scanned report of a hundred pages."""

HEAD_BYTES = 12
"""Enough to know what a file is."""

_NAME = re.compile(r"[0-9a-f]{64}")
_COMING = "coming-"


class PaperError(Exception):
    """A file that is not taken."""

    def __init__(self, reason: Reason) -> None:
        """``reason`` is for whoever sent it."""
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is on the disk."""

    sha256: str
    type: str
    bytes: int


def type_of(head: bytes) -> str | None:
    """The media type by the first bytes; None: no kind that is taken."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return None


class PaperFolder:
    """The files. ``receive`` from one event loop."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        """``folder`` is made when the first file comes."""
        self.most_bytes = most_bytes
        self._folder = folder

    def path(self, sha256: str) -> Path | None:
        """Where a paper is; None when it is gone, or no name of ours."""
        if not _NAME.fullmatch(sha256):
            return None
        path = self._folder / sha256
        return path if path.is_file() else None

    async def receive(self, pieces: AsyncIterable[bytes], said_bytes: int | None) -> Arrived:
        """Take a file; ``said_bytes`` is how long the sender says it is.

        Raises:
            PaperError: it is empty, too large, of no kind that is taken, or broke off.
            OSError: the disk does not take it.
        """
        if said_bytes is not None and said_bytes > self.most_bytes:
            raise PaperError(Reason.FILE_TOO_LARGE)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=_COMING, dir=self._folder)
        coming = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, head, size = hashlib.sha256(), b"", 0
                async for piece in pieces:
                    size += len(piece)
                    if size > self.most_bytes:
                        raise PaperError(Reason.FILE_TOO_LARGE)
                    head = head if len(head) >= HEAD_BYTES else (head + piece)[:HEAD_BYTES]
                    if len(head) >= HEAD_BYTES and type_of(head) is None:
                        raise PaperError(Reason.PAPER_TYPE)
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
                kind = _judged(head, size, said_bytes)
                await asyncio.to_thread(_flush, file)
            sha256 = digest.hexdigest()
            await asyncio.to_thread(_settle, coming, self._folder / sha256)
        finally:
            await asyncio.to_thread(coming.unlink, missing_ok=True)
        return Arrived(sha256, kind, size)

    def names(self) -> set[str]:
        """Every file that is whole."""
        try:
            return {path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name)}
        except FileNotFoundError:
            return set()

    def keep_only(self, names: Iterable[str]) -> None:
        """At a start: delete what no paper names any more, and what broke off at a crash."""
        kept = set(names)
        try:
            found = list(self._folder.iterdir())
        except FileNotFoundError:
            return
        for path in found:
            is_ours = _NAME.fullmatch(path.name) or path.name.startswith(_COMING)
            if is_ours and path.name not in kept:
                _delete(path)

    def delete(self, sha256: str) -> None:
        """Delete a file that no paper names any more."""
        path = self.path(sha256)
        if path is not None:
            _delete(path)


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:  # it is tried again at the next start
        log.warning("%s: cannot be deleted: %s", path, error.strerror)


def _judged(head: bytes, size: int, said_bytes: int | None) -> str:
    if size == 0:
        raise PaperError(Reason.FILE_EMPTY)
    if said_bytes is not None and size != said_bytes:
        raise PaperError(Reason.FILE_BROKEN_OFF)
    kind = type_of(head)
    if kind is None:
        raise PaperError(Reason.PAPER_TYPE)
    return kind


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle(coming: Path, place: Path) -> None:
    """Give the file its name, and make sure that the folder knows it after a power cut."""
    coming.replace(place)
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
