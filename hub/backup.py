"""``phonghop-hub backup`` and ``restore``: everything the hub keeps, in one file, while it runs.

Theory. SQLite's online backup copies a database as of one moment while another process writes.
A copy is worth what was proved of it: so each one is checked, and the meeting is replayed from
it, before the file is there at all, and again before a restore touches anything.

The file is a tar: ``manifest.json`` first (version, time, SHA-256 of each), then the records.
Accounts and the site's keys are nobody's copy, unless they were asked for.

Owns that file. Must not know what the databases say.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import io
import json
import os
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.identity.folder import DEFAULT as IDENTITY
from hub.replay import damaged_past, replayed
from hub.settings import version
from hub.store.reader import uri_of
from hub.store.store import FILE, Store, StoreError

FORMAT = 1
MANIFEST = "manifest.json"
DATA, KEYS = "data", "identity"
MANIFEST_BYTES_MOST = 1 << 20


class BackupError(Exception):
    """It cannot be made, read or put back; one line naming the file."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found in a backup."""

    ts: str
    version: str
    files: tuple[str, ...]
    events: int
    ballots: int

    def line(self) -> str:
        """For a person."""
        return (
            f"of {self.ts}, version {self.version}: {len(self.files)} files, {self.events} events, "
            f"{self.ballots} ballots replayed"
        )


def add_parsers(names: Any, data: Path) -> list[argparse.ArgumentParser]:
    """Add both commands; ``data`` is where records usually are."""
    backup = names.add_parser("backup", help="everything the hub keeps, in one file, while it runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="must not be there yet")
    backup.add_argument(
        "--keys",
        action="store_true",
        help="with accounts and the site's authority: whoever has the file can then make rooms and "
        "sessions of this site",
    )
    backup.set_defaults(run=_backup)
    restore = names.add_parser("restore", help="put a backup back; the hub must not run")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--check", action="store_true", help="prove the file, change nothing")
    restore.add_argument(
        "--keys", action="store_true", help="accounts and the site's authority, too"
    )
    restore.set_defaults(run=_restore)
    for command in (backup, restore):
        command.add_argument("--data", type=Path, default=data, metavar="DIR", help="records")
        command.add_argument("--identity", type=Path, default=IDENTITY, metavar="DIR", help="keys")
        command.add_argument("--json", action="store_true", help="print JSON")
    return [backup, restore]


def backup(data: Path, file: Path, identity: Path | None, version: str) -> Proof:
    """Make ``file`` and prove it. It appears whole, or not at all.

    With ``identity``, accounts and the keys in that folder go along.

    Raises:
        BackupError: a database cannot be read, or the file not be written.
    """
    if file.exists():
        raise BackupError(f"{file}: is there already")
    if not (data / FILE).exists():
        raise BackupError(f"{data / FILE}: there are no records of a hub")
    half = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as work:
            databases = [data / FILE] if identity is None else sorted(data.glob("*.sqlite3"))
            copies = {
                f"{DATA}/{source.name}": copied(source, Path(work) / source.name)
                for source in databases
            }
            if identity is not None:
                copies |= {f"{KEYS}/{p.name}": p for p in sorted(identity.iterdir())}
            _write(half, copies, version)
        proof = prove(half)
        os.rename(half, file)
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror or error}") from error
    finally:
        half.unlink(missing_ok=True)
    return proof


def copied(source: Path, target: Path) -> Path:
    """One database as of one moment, while another process writes it.

    Raises:
        BackupError: it cannot be read.
    """
    try:
        with (
            closing(sqlite3.connect(uri_of(source), uri=True)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            one.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"{source}: {error}") from error
    return target


def _write(file: Path, copies: dict[str, Path], version: str) -> None:
    hashes = {name: _sha256(path) for name, path in copies.items()}
    ts = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "version": version, "ts": ts, "sha256": hashes}
    text = json.dumps(manifest, indent=1).encode()
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
        for name, path in copies.items():
            entry = tarfile.TarInfo(name)
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(entry, content)
        tar.close()
        out.flush()
        os.fsync(number)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prove(file: Path) -> Proof:
    """Unpack a backup beside it and use it as the hub would.

    Raises:
        BackupError: it is damaged, incomplete, or of a newer version.
    """
    with _unpacked(file) as (work, manifest):
        return _proved(file, work, manifest)


@contextmanager
def _unpacked(file: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder with the files of a backup, each as its hash says.

    Raises:
        BackupError: they are not.
    """
    try:
        with (
            tempfile.TemporaryDirectory(dir=file.parent, prefix=".restore-") as folder,
            tarfile.open(file, "r:") as tar,
        ):
            work = Path(folder)
            manifest = _manifest(tar)
            for name, wanted in manifest["sha256"].items():
                place, _, plain = name.partition("/")
                if place not in (DATA, KEYS) or not plain or "/" in plain or plain[0] == ".":
                    raise BackupError(f"{file}: {name!r} has no place in a hub")
                (work / place).mkdir(exist_ok=True)
                content = tar.extractfile(name)
                if content is None:
                    raise BackupError(f"{file}: {name} is no file")
                _save(content, work / name)
                if _sha256(work / name) != wanted:
                    raise BackupError(f"{file}: {name} was changed since it was written")
            yield work, manifest
    except (tarfile.TarError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BackupError(f"{file}: damaged, or no backup of a hub: {error}") from error
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror or error}") from error


def _save(content: Any, path: Path) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as out:
        while block := content.read(1 << 20):
            out.write(block)
        out.flush()
        os.fsync(number)


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    content = tar.extractfile(MANIFEST)
    if content is None:
        raise BackupError("the manifest is no file")
    found: dict[str, Any] = json.loads(content.read(MANIFEST_BYTES_MOST))
    if found["format"] != FORMAT:
        raise BackupError(f"backup of format {found['format']}: this version reads {FORMAT}")
    return found


def _proved(file: Path, work: Path, manifest: dict[str, Any]) -> Proof:
    for database in sorted((work / DATA).glob("*.sqlite3")):
        try:
            with closing(sqlite3.connect(uri_of(database), uri=True)) as opened:
                verdict = opened.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.Error as error:
            raise BackupError(f"{file}: {database.name}: {error}") from error
        if verdict != "ok":
            raise BackupError(f"{file}: {database.name}: {verdict}")
    with tempfile.TemporaryDirectory(dir=work) as trial:
        # A hub counts its starts in its file; that which is put back has seen none of ours.
        copied(work / DATA / FILE, Path(trial) / FILE)
        events, ballots = _replay(file, Path(trial))
    return Proof(
        str(manifest["ts"]), str(manifest["version"]), tuple(manifest["sha256"]), events, ballots
    )


def _replay(file: Path, folder: Path) -> tuple[int, int]:
    try:
        store = Store(folder)
    except StoreError as error:
        raise BackupError(f"{file}: {error}") from error
    try:
        seen: list[int] = []
        meeting = replayed(store, lambda stored, _: seen.append(stored.n), whole=True)
        damaged = {**meeting.damaged, **damaged_past(store, meeting)}
    except StoreError as error:
        raise BackupError(f"{file}: {error}") from error
    finally:
        store.close()
    if damaged:
        raise BackupError(f"{file}: records of ballots do not hold: {sorted(damaged)}")
    return len(seen), len(meeting.ballots) + len(meeting.past)


def restore(file: Path, data: Path, identity: Path | None) -> tuple[Proof, Path | None]:
    """Put a backup in place of what is there, which is kept beside it; where.

    Accounts and keys are left as they are without ``identity``.

    Raises:
        BackupError: the backup does not hold, or a hub runs on these records.
    """
    with _unpacked(file) as (work, manifest):
        proof = _proved(file, work, manifest)
        if identity is not None and not (work / KEYS).exists():
            raise BackupError(f"{file}: has no keys (it was made without --keys)")
        databases = [work / DATA / FILE]
        if identity is not None:
            databases = sorted((work / DATA).iterdir())
            _put(sorted((work / KEYS).iterdir()), identity)
        aside = _put(databases, data)
    return proof, aside


def _put(sources: list[Path], target: Path) -> Path | None:
    """These files into ``target``; what they replace goes into a folder beside them."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    owner = target.stat()
    with nobody_uses(target):
        # A database's log files belong to it: with another database they would destroy it.
        there = [path for source in sources for path in target.glob(f"{source.name}*")]
        aside = None
        if there:
            aside = target / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
            aside.mkdir(mode=0o700)
            for path in there:
                path.rename(aside / path.name)
        for path in sources:
            number = os.open(target / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "wb") as out, path.open("rb") as content:
                while block := content.read(1 << 20):
                    out.write(block)
                if os.geteuid() == 0:
                    os.fchown(number, owner.st_uid, owner.st_gid)
                out.flush()
                os.fsync(number)
    return aside


@contextmanager
def nobody_uses(folder: Path) -> Iterator[None]:
    """Hold what a running hub would hold.

    Raises:
        BackupError: one does.
    """
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupError(
            f"{folder}: a hub runs on these records; stop it first: systemctl stop phonghop-hub"
        ) from error
    finally:
        os.close(held)


def _tell(chosen: argparse.Namespace, proof: Proof, more: dict[str, Any], text: str) -> int:
    if chosen.json:
        found: dict[str, Any] = {"file": str(chosen.file), "ts": proof.ts, "version": proof.version}
        found |= {"files": list(proof.files), "events": proof.events, "ballots": proof.ballots}
        sys.stdout.write(json.dumps(found | more, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{text}\n")
    return 0


def _backup(chosen: argparse.Namespace) -> int:
    try:
        keys = chosen.identity if chosen.keys else None
        proof = backup(chosen.data, chosen.file, keys, version())
    except BackupError as error:
        sys.stderr.write(f"phonghop-hub backup: {error}\n")
        return 1
    more = {"sha256": _sha256(chosen.file)}
    text = f"{chosen.file}: {proof.line()}\nsha256 {more['sha256']}"
    return _tell(chosen, proof, more, text)


def _restore(chosen: argparse.Namespace) -> int:
    try:
        if chosen.check:
            proof = prove(chosen.file)
            return _tell(chosen, proof, {}, f"{chosen.file}: {proof.line()}; nothing was changed")
        keys = chosen.identity if chosen.keys else None
        proof, aside = restore(chosen.file, chosen.data, keys)
    except BackupError as error:
        sys.stderr.write(f"phonghop-hub restore: {error}\n")
        return 1
    kept = f"; what was there is in {aside}" if aside is not None else ""
    more = {"aside": None if aside is None else str(aside)}
    return _tell(chosen, proof, more, f"{chosen.data}: {proof.line()}{kept}")
