"""A backup is proved before it is believed, and a restore changes nothing that it cannot keep."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from hub import backup, retention, update
from hub.backup import BackupError
from hub.cli import main
from hub.meeting import events
from hub.store.change import Change
from hub.store.inbox import Decided, Key
from hub.store.store import FILE, Store


async def records(folder: Path, many: int = 3) -> Path:
    """Records of a hub, some of them still in the write-ahead log."""
    store = Store(folder)
    for number in range(many):
        gone = events.RoomOffline(10.0 + number, "main")
        await store.commit(Change([gone], [Decided(Key("main", "e1", number + 1), "")]))
    store.close()
    return folder


def count(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as database:
        found: int = database.execute("SELECT count(*) FROM events").fetchone()[0]
        return found


async def test_what_was_kept_comes_back_and_what_was_there_is_put_aside(tmp_path: Path) -> None:
    data, file = await records(tmp_path / "data"), tmp_path / "hub.backup"
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "ca.key").write_text("not a real key")
    made = backup.backup(data, file, keys, "0.1.0")
    assert (made.events, made.ballots) == (3, 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    await records(data, 2)
    assert count(data) == 5
    put_back, aside = backup.restore(file, data, tmp_path / "new-keys")
    assert put_back == made
    assert count(data) == 3
    assert aside is not None
    assert count(aside) == 5
    assert (tmp_path / "new-keys" / "ca.key").read_text() == "not a real key"
    again = Store(data)
    assert Key("main", "e1", 3) in again.inbox
    again.close()


async def test_a_folder_may_be_called_as_one_likes(tmp_path: Path) -> None:
    odd = tmp_path / "hồ sơ #1?mode=rw%20"
    data, file = await records(odd / "data"), odd / "hub.backup"
    made = backup.backup(data, file, None, "0.1.0")
    assert made.events == 3
    assert backup.prove(file) == made
    assert update.of_records(data) is None
    assert retention.look(data, 0, 0.0).events == 3


async def test_accounts_are_nobodys_copy_unless_they_were_asked_for(tmp_path: Path) -> None:
    data = await records(tmp_path / "data")
    with closing(sqlite3.connect(data / "accounts.sqlite3")) as other:
        other.execute("CREATE TABLE people (name TEXT)")
        other.execute("INSERT INTO people VALUES ('An')")
        other.commit()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ca.key").write_text("not a real key")
    without = backup.backup(data, tmp_path / "a", None, "0.1.0")
    assert without.files == (f"data/{FILE}",)
    backup.backup(data, tmp_path / "b", tmp_path / "keys", "0.1.0")
    backup.restore(tmp_path / "b", tmp_path / "other", None)
    assert [path.name for path in (tmp_path / "other").iterdir()] == [FILE]
    backup.restore(tmp_path / "b", tmp_path / "elsewhere", tmp_path / "keys2")
    with closing(sqlite3.connect(tmp_path / "elsewhere" / "accounts.sqlite3")) as other:
        assert other.execute("SELECT name FROM people").fetchall() == [("An",)]


async def test_a_hub_that_runs_is_copied_as_of_one_moment_and_never_overwritten(
    tmp_path: Path,
) -> None:
    data = await records(tmp_path / "data")
    running = Store(data)
    try:
        await running.commit(Change([events.RoomOffline(20.0, "main")]))  # in the log alone
        assert backup.backup(data, tmp_path / "b", None, "0.1.0").events == 4
        with pytest.raises(BackupError, match="a hub runs on these records; stop it first"):
            backup.restore(tmp_path / "b", data, None)
        await running.commit(Change([events.RoomOffline(21.0, "main")]))
    finally:
        running.close()
    assert count(data) == 5


async def changed(tmp_path: Path, how: str) -> Path:
    """A backup that something happened to."""
    data, file = await records(tmp_path / "data"), tmp_path / "b"
    backup.backup(data, file, None, "0.1.0")
    content = bytearray(file.read_bytes())
    match how:
        case "one byte":
            content[len(content) // 2] ^= 1
        case "cut short":
            del content[len(content) // 2 :]
        case "no tar":
            content = bytearray(b"something else entirely")
        case "escaping":
            text = json.dumps({"format": 1, "version": "1", "ts": "", "sha256": {"../x": "0"}})
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as tar:
                entry = tarfile.TarInfo(backup.MANIFEST)
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text.encode()))
            content = bytearray(out.getvalue())
        case "newer":
            content = bytearray(bytes(content).replace(b'"format": 1', b'"format": 9', 1))
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("how", ["one byte", "cut short", "no tar", "escaping", "newer"])
async def test_a_backup_that_was_changed_is_refused_and_nothing_is_touched(
    tmp_path: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = await changed(tmp_path, how)
    before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    words = ["restore", str(file), "--data", str(tmp_path / "data")]
    assert main([*words, "--check"]) == 1
    assert main(words) == 1
    assert capsys.readouterr().err.count("phonghop-hub restore: ") == 2
    after = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert after == before


async def test_records_that_do_not_hold_make_no_backup(tmp_path: Path) -> None:
    data = await records(tmp_path / "data")
    with closing(sqlite3.connect(data / FILE)) as database:
        database.execute("UPDATE events SET body = 'nonsense' WHERE n = 2")
        database.commit()
    with pytest.raises(BackupError, match="event 2 cannot be read"):
        backup.backup(data, tmp_path / "b", None, "0.1.0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


async def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = await records(tmp_path / "data")
    file, place = str(tmp_path / "b"), ["--data", str(data)]
    assert main(["backup", file, *place, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["events"], made["files"]) == (3, [f"data/{FILE}"])
    assert main(["backup", file, *place]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["restore", file, *place, "--check"]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert main(["restore", file, *place, "--keys", "--identity", str(tmp_path / "k")]) == 1
    assert "has no keys" in capsys.readouterr().err
    assert count(data) == 3
    assert main(["restore", file, *place]) == 0
    assert "before-restore-" in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "c"), "--data", str(tmp_path / "none")]) == 1
    assert "there are no records of a hub" in capsys.readouterr().err
