"""A disk that forgets what was not synced when its power is cut.

Theory. After a power cut a disk has what a program has synced (``fsync``, ``fdatasync``); of all
that was written since, each block may have reached it or not, in any order. ``power.c`` keeps a
copy of each file as of its last sync, from inside the program; a cut puts the copies back, with
as many of the newer blocks as chance has it. A file that was never synced is empty then, and an
index that lives in memory alone (``-shm``) is gone.

Owns the folder of one program, and what a power cut leaves of it. Must not kill the program.
Names of files are kept as they were: a rename or a new file that the directory has not been
synced for is not undone.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("power.c")
BLOCK_BYTES = 4096
MEMORY_ONLY = "-shm"


class NoCompiler(Exception):
    """Nothing can be told of syncs on this machine; says why."""


def build(folder: Path) -> Path:
    """The library that watches syncs.

    Raises:
        NoCompiler: it cannot be made here.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoCompiler("no C compiler on this machine (apt-get install gcc libc6-dev)")
    library = folder / "power.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        raise NoCompiler(f"the C compiler says: {made.stderr.strip()[:300]}")
    return library


class Disk:
    """One program's folder."""

    def __init__(self, folder: Path, platter: Path, library: Path) -> None:
        """What stands in ``folder`` now is on the disk; ``platter`` is for the copies."""
        self._library = library
        folder.mkdir(parents=True, exist_ok=True)
        platter.mkdir(parents=True)
        self._folder, self._platter = folder.resolve(), platter.resolve()
        for file in self._files():
            shutil.copyfile(file, self._copy_of(file))

    @property
    def env(self) -> dict[str, str]:
        """What the program must be started with."""
        return {
            "LD_PRELOAD": str(self._library),
            "CHAOS_DISK": str(self._folder),
            "CHAOS_PLATTER": str(self._platter),
        }

    def _files(self) -> list[Path]:
        return [path for path in self._folder.rglob("*") if path.is_file()]

    def _copy_of(self, file: Path) -> Path:
        return self._platter / str(file.relative_to(self._folder)).replace("/", "%")

    def cut(self, chance: random.Random, kept_share: float) -> int:
        """The power is gone, the program is dead: the folder as the next start finds it.

        Args:
            chance: which of the unsynced blocks have reached the disk all the same.
            kept_share: how many of them: 0.0 is none.

        Returns:
            How many bytes are not what the program had written.
        """
        forgotten = 0
        for file in self._files():
            if file.name.endswith(MEMORY_ONLY):
                file.unlink()
                continue
            copy = self._copy_of(file)
            synced = copy.read_bytes() if copy.exists() else b""
            written = file.read_bytes()
            left = blend(synced, written, chance, kept_share)
            if left != written:
                forgotten += abs(len(left) - len(written))
                forgotten += sum(a != b for a, b in zip(left, written, strict=False))
                file.write_bytes(left)
            copy.write_bytes(left)
        return forgotten


def blend(synced: bytes, written: bytes, chance: random.Random, kept_share: float) -> bytes:
    """What was synced, with some blocks of what was written since."""
    length = len(written) if chance.random() < kept_share else len(synced)
    left = bytearray(synced[:length].ljust(length, b"\0"))
    for start in range(0, length, BLOCK_BYTES):
        block = written[start : min(start + BLOCK_BYTES, length)]
        if chance.random() < kept_share:
            left[start : start + len(block)] = block
    return bytes(left)
