"""``phonghop-hub user`` and the options that say how a hub is reached.

Owns accounts and tokens on the command line, and what ``run`` refuses before it listens.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hub import cli, reaching
from hub.access import codes, passwords
from hub.access.book import Account, Book
from hub.access.rights import Role

GOOD = "một hai ba bốn"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)


class Shell:
    """Types commands and passwords."""

    def __init__(
        self, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.data = data
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def user(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        """Exit code, stdout and stderr of ``phonghop-hub user``."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = cli.main(["user", *words, "--data", str(self.data)])
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shell over an empty folder."""
    return Shell(tmp_path, capsys, monkeypatch)


def test_the_life_of_an_account(shell: Shell) -> None:
    add = ("add", "Lan", "--role", "secretary", "--full-name", "Trần Thị Lan", "--seat", "main/2")
    assert shell.user(*add, stdin=f"{GOOD}\n")[:2] == (0, "account lan (secretary)\n")
    code, _, error = shell.user(*add, stdin=GOOD)
    assert (code, error) == (1, "phonghop-hub user: an account lan exists already\n")
    assert shell.user("passwd", "lan", stdin=GOOD + "!")[0] == 0
    assert shell.user("disable", "lan")[0] == 0
    found = json.loads(shell.user("list", "--json")[1])
    assert found == {
        "accounts": [
            {
                "name": "lan",
                "full_name": "Trần Thị Lan",
                "role": "secretary",
                "seat": "main/2",
                "disabled": True,
            }
        ],
        "tokens": [],
    }
    assert shell.user("enable", "lan")[0] == 0
    assert "lan" in shell.user("list")[1]
    assert shell.user("remove", "lan")[0] == 0
    code, _, error = shell.user("remove", "lan")
    assert (code, error) == (1, "phonghop-hub user: there is no account lan\n")


@pytest.mark.parametrize(
    ("words", "stdin", "error"),
    [
        (("add", "Trần", "--role", "chair"), GOOD, "small letters"),
        (("add", "lan", "--role", "chair"), "short", "10 to 200"),
        (("add", "lan", "--role", "chair", "--seat", "12"), GOOD, "ROOM/NUMBER"),
        (("revoke", "ha"), "", "there is no token ha"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    shell: Shell, words: tuple[str, ...], stdin: str, error: str
) -> None:
    code, out, told = shell.user(*words, stdin=stdin)
    assert (code, out) == (1, "")
    assert error in told
    assert told.count("\n") == 1


def test_a_delegate_or_a_display_has_no_account(shell: Shell) -> None:
    with pytest.raises(SystemExit):
        shell.user("add", "an", "--role", "delegate", stdin=GOOD)


def test_a_token_is_shown_once_and_kept_as_a_digest(shell: Shell) -> None:
    code, out, _ = shell.user("token", "ha", "--scope", "floor", "--json")
    made = json.loads(out)
    assert (code, made["scopes"]) == (0, ["floor", "read"])
    book = Book(shell.data)
    token = book.token(codes.digest(made["token"]))
    assert token is not None
    assert token.scopes == {"floor", "read"}
    book.close()
    assert made["token"] not in shell.user("list")[1]
    assert shell.user("revoke", "ha")[0] == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--http", "192.0.2.1:8080"], "HTTPS"),
        (["--http", "0.0.0.0:8080"], "HTTPS"),
        (["--http", "0.0.0.0:8080", "--behind-proxy"], "--host"),
        (["--tls-cert", "x.pem"], "give both"),
        (["--tls-cert", "x.pem", "--tls-key", "y.pem"], "x.pem"),
        (["--simulation", "--http", "0.0.0.0:8080"], "this machine alone"),
        (["--simulation", "--http", "192.0.2.1:8080", "--behind-proxy"], "this machine alone"),
        (["--simulation", "--host", "hop.example"], "this machine alone"),
        (["--simulation", "--behind-proxy"], "this machine alone"),
    ],
)
def test_a_hub_that_could_be_reached_unsafely_does_not_start(
    options: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--data", str(tmp_path), *options]) == 1
    error = capsys.readouterr().err
    assert word in error
    assert error.count("\n") == 1


def test_no_simulation_where_accounts_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Book(tmp_path)
    book.add_account(Account("lan", "", Role.CHAIR, None, "x"))
    book.close()
    assert cli.main(["run", "--data", str(tmp_path), "--simulation"]) == 1
    assert "has accounts of a real hub" in capsys.readouterr().err


def test_names_of_a_hub_that_others_reach(tmp_path: Path) -> None:
    def chosen(*options: str) -> reaching.Access:
        found = cli.parser().parse_args(["run", "--data", str(tmp_path), *options])
        return reaching.access(found, found.http[0])

    for file in ("c.pem", "k.pem"):
        (tmp_path / file).touch()
    pair = ["--tls-cert", str(tmp_path / "c.pem"), "--tls-key", str(tmp_path / "k.pem")]
    here = chosen()
    assert (here.hosts, here.https, here.simulation) == (frozenset(), False, False)
    one = chosen("--http", "192.0.2.1:8443", *pair)
    assert (one.hosts, one.https) == ({"192.0.2.1"}, True)
    every = chosen("--http", "0.0.0.0:8443", "--host", "Hop.example", *pair)
    assert every.hosts == {"hop.example"}
    assert chosen("--simulation").simulation
