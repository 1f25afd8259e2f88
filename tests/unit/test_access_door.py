"""The door: passwords, lock-out, sessions that end, codes of seats, tokens.

Owns ``hub.access`` but its table of rights. Over HTTP it is in ``test_access_api``.
"""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from edge.rules.reasons import Reason
from hub.access import codes, passwords
from hub.access.attempts import FREE
from hub.access.book import Account, Book, BookError, account_name
from hub.access.door import Door, Entered, Refused
from hub.access.passwords import WeakPasswordError
from hub.access.rights import Role, Who
from hub.access.sessions import LIMITS

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
GOOD = "đường về 42 nhà"  # as a person would choose one


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as cheap as it can be: its strength is not tested here."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))


class House:
    """A door with a clock that the test moves, and a meeting that it renames."""

    def __init__(self, folder: Path, *, simulation: bool = False) -> None:
        self.folder = folder
        self.now_s = 1000.0
        self.meeting = "Giao ban"
        self.simulation = simulation
        self.open()

    def open(self) -> None:
        """Start, again with what is on the disk."""
        self.book = Book(self.folder)
        self.door = Door(
            self.book, lambda: self.now_s, lambda: self.meeting, simulation=self.simulation
        )

    def restart(self) -> None:
        """The hub is stopped and started."""
        self.door.close()
        self.open()

    def add(self, name: str, role: Role = Role.CHAIR, password: str = GOOD) -> None:
        """An account."""
        self.book.add_account(Account(name, "", role, None, passwords.hashed(password, name)))

    async def come(self, name: str, password: str = GOOD, address: str = HERE) -> Entered:
        """Sign in; it must work."""
        outcome = await self.door.sign_in(name, password, address)
        assert isinstance(outcome, Entered)
        return outcome


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A hub's reception with one account, of a chair."""
    found = House(tmp_path)
    found.add("chau")
    yield found
    found.door.close()


async def test_who_signs_in_is_known_by_the_cookie(house: House) -> None:
    entered = await house.come(" Chau ")
    assert entered.who == house.door.who(entered.token)
    assert (entered.who.name, entered.who.role, entered.who.by) == ("chau", Role.CHAIR, "chau")
    assert len(entered.who.csrf) == 32
    assert house.door.who("") is None
    assert house.door.who(entered.token + "x") is None


async def test_a_wrong_password_and_an_unknown_name_look_the_same(house: House) -> None:
    for name in ("chau", "nobody"):
        outcome = await house.door.sign_in(name, "not the one", HERE)
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.wait_s) == (Reason.SIGN_IN_WRONG, 0)
    # The records name an account that exists; what else is typed there may be a password.
    outcome = await house.door.sign_in("my password", "x", HERE)
    assert isinstance(outcome, Refused)
    assert outcome.account == ""


async def test_an_unknown_name_costs_a_hash_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            verified.append(str(password))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Watched(time_cost=1, memory_cost=8, parallelism=1))
    await house.door.sign_in("nobody", "one guess", HERE)
    await house.door.sign_in("chau", "two guess", HERE)
    assert verified == ["one guess", "two guess"]


async def test_guessing_is_slowed_down_and_success_forgets(house: House) -> None:
    for _ in range(FREE):
        outcome = await house.door.sign_in("chau", "guess", HERE)
    assert isinstance(outcome, Refused)
    assert outcome.wait_s == 0
    outcome = await house.door.sign_in("chau", "guess", HERE)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.wait_s) == (Reason.SIGN_IN_WRONG, 2.0)
    # Now not even the right password is looked at; from elsewhere it is.
    outcome = await house.door.sign_in("chau", GOOD, HERE)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.wait_s) == (Reason.TRY_LATER, 2.0)
    await house.come("chau", address=ELSEWHERE)
    house.now_s += 2.0
    await house.come("chau")
    outcome = await house.door.sign_in("chau", "guess", HERE)
    assert isinstance(outcome, Refused)
    assert outcome.wait_s == 0


async def test_a_session_that_was_signed_out_does_not_come_back(house: House) -> None:
    entered, other = await house.come("chau"), await house.come("chau")
    before = house.door.changes
    await house.door.sign_out(entered.who)
    assert house.door.changes > before
    assert house.door.who(entered.token) is None
    assert not house.door.holds(entered.who)
    assert house.door.who(other.token) is not None
    house.restart()
    assert house.door.who(entered.token) is None
    assert house.door.who(other.token) == other.who


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.SECRETARY])
async def test_a_session_ends_by_idleness_and_by_age(tmp_path: Path, role: Role) -> None:
    house = House(tmp_path)
    house.add("lan", role)
    limit = LIMITS[role]
    idle = await house.come("lan")
    house.now_s += limit.idle_s + 1
    assert house.door.who(idle.token) is None
    used = await house.come("lan")
    for _ in range(int(limit.absolute_s // (limit.idle_s / 2))):
        house.now_s += limit.idle_s / 2
        assert house.door.holds(used.who)  # a page whose stream is open is in use
        await house.door.tidy()
    house.now_s += limit.idle_s / 2
    assert house.door.who(used.token) is None
    await house.door.tidy()
    assert house.book.sessions() == []
    house.door.close()


async def test_use_outlives_a_restart(house: House) -> None:
    entered = await house.come("chau")
    idle_s = LIMITS[Role.CHAIR].idle_s
    house.now_s += idle_s - 10
    assert house.door.who(entered.token) is not None
    await house.door.tidy()
    house.restart()
    house.now_s += idle_s - 10
    assert house.door.who(entered.token) is not None


async def test_a_session_of_another_clock_holds_no_more(house: House) -> None:
    entered = await house.come("chau")
    house.now_s -= 500
    assert house.door.who(entered.token) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda book: book.set_disabled("chau", True),
        lambda book: book.set_password("chau", "x"),
        lambda book: book.remove_account("chau"),
    ],
)
async def test_what_the_command_line_says_holds_at_once(
    house: House, end: Callable[[Book], None]
) -> None:
    entered = await house.come("chau")
    other = Book(house.folder)  # another process
    end(other)
    other.close()
    assert house.door.who(entered.token) is None
    assert not house.door.holds(entered.who)
    outcome = await house.door.sign_in("chau", GOOD, HERE)
    assert isinstance(outcome, Refused)


async def test_the_first_account_needs_the_code_of_this_start(tmp_path: Path) -> None:
    house = House(tmp_path)
    code = house.door.set_up_code
    assert house.door.needs_set_up
    outcome = await house.door.set_up("AAAAA-AAAAA", "lan", GOOD, HERE)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.CODE_WRONG
    with pytest.raises(WeakPasswordError):
        await house.door.set_up(code, "lan", "short", HERE)
    entered = await house.door.set_up(code.lower().replace("-", " "), "Lan", GOOD, HERE)
    assert isinstance(entered, Entered)
    assert entered.who.role is Role.TECHNICIAN
    assert not house.door.needs_set_up
    again = await house.door.set_up(code, "eve", GOOD, HERE)
    assert isinstance(again, Refused)
    assert again.reason is Reason.SET_UP_DONE
    house.restart()
    assert house.door.set_up_code == ""
    await house.come("lan")
    house.door.close()


async def test_of_two_who_set_up_at_once_one_is_let_in(tmp_path: Path) -> None:
    house = House(tmp_path)
    code = house.door.set_up_code
    ways = [house.door.set_up(code, name, GOOD, HERE) for name in ("lan", "eve")]
    outcomes = await asyncio.gather(*ways)
    assert [type(outcome) for outcome in outcomes] == [Entered, Refused]
    assert [account.name for account in house.book.accounts()] == ["lan"]
    house.door.close()


async def test_a_password_that_is_changed_while_the_old_one_is_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(password: str, kept: str | None) -> bool:
        other = Book(house.folder)  # another process
        other.set_password("chau", "x")
        other.close()
        return True

    monkeypatch.setattr(passwords, "is_right", changed)
    outcome = await house.door.sign_in("chau", GOOD, HERE)
    assert isinstance(outcome, Refused)
    assert house.book.sessions() == []


async def test_a_code_that_is_replaced_in_the_moment_it_is_used(house: House) -> None:
    old = await house.door.new_seat_codes(["main/12"])
    gate = threading.Event()
    house.door._thread.submit(gate.wait)
    new = asyncio.create_task(house.door.new_seat_codes(["main/12"]))
    coming = asyncio.create_task(house.door.with_seat_code(old["main/12"], HERE))
    await asyncio.sleep(0)  # both have looked, and wait for the door's thread
    gate.set()
    assert isinstance(await coming, Refused)
    assert isinstance(await house.door.with_seat_code((await new)["main/12"], HERE), Entered)


async def test_a_seat_code_opens_that_seat_until_it_is_revoked(house: House) -> None:
    made = await house.door.new_seat_codes(["main/12", "main/13"])
    assert house.door.seats_with_code() == ["main/12", "main/13"]
    entered = await house.door.with_seat_code(made["main/12"].lower(), HERE)
    other = await house.door.with_seat_code(made["main/13"], HERE)
    assert isinstance(entered, Entered)
    assert isinstance(other, Entered)
    assert (entered.who.role, entered.who.seat) == (Role.DELEGATE, "main/12")
    await house.door.revoke_seat_codes(["main/12"])
    assert house.door.who(entered.token) is None
    assert house.door.who(other.token) is not None
    outcome = await house.door.with_seat_code(made["main/12"], HERE)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.CODE_WRONG
    await house.door.revoke_seat_codes(None)
    assert house.door.who(other.token) is None
    assert house.door.seats_with_code() == []


async def test_a_new_code_ends_the_old_one_and_who_came_with_it(house: House) -> None:
    old = await house.door.new_seat_codes(["main/12"])
    entered = await house.door.with_seat_code(old["main/12"], HERE)
    assert isinstance(entered, Entered)
    new = await house.door.new_seat_codes(["main/12"])
    assert house.door.who(entered.token) is None
    assert isinstance(await house.door.with_seat_code(old["main/12"], HERE), Refused)
    assert isinstance(await house.door.with_seat_code(new["main/12"], HERE), Entered)


async def test_codes_end_with_their_meeting_and_with_time(house: House) -> None:
    made = await house.door.new_seat_codes(["main/12"])
    entered = await house.door.with_seat_code(made["main/12"], HERE)
    assert isinstance(entered, Entered)
    house.meeting = "Họp khác"
    assert house.door.who(entered.token) is None
    house.meeting = "Giao ban"
    assert house.door.who(entered.token) is not None
    house.meeting = ""  # it has ended, and no other is there
    assert house.door.who(entered.token) is None
    assert not house.door.has_meeting
    await house.door.new_seat_codes(["main/13"])
    assert house.door.seats_with_code() == []
    house.meeting = "Giao ban"
    house.now_s += 4 * 24 * 3600
    assert isinstance(await house.door.with_seat_code(made["main/12"], HERE), Refused)


async def test_guessing_seat_codes_is_slowed_down(house: House) -> None:
    for _ in range(FREE + 1):
        outcome = await house.door.with_seat_code(codes.new_code(), HERE)
    assert isinstance(outcome, Refused)
    assert outcome.wait_s > 0
    outcome = await house.door.with_seat_code("x", HERE)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.TRY_LATER


def test_a_token_is_known_until_it_is_revoked(house: House) -> None:
    token = codes.new_bearer()
    house.book.put_token("ha", codes.digest(token), {"read", "floor"})
    who = house.door.bearer(token)
    scopes, key = frozenset({"read", "floor"}), codes.digest(token)
    assert who == Who("ha", Role.INTEGRATION, account="ha", scopes=scopes, session=key)
    assert house.door.holds(who)
    newer = codes.new_bearer()
    house.book.put_token("ha", codes.digest(newer), {"read"})
    assert not house.door.holds(who)  # a stream that was opened with the older one ends
    who = house.door.bearer(newer)
    assert who is not None
    assert house.door.bearer(newer + "x") is None
    assert house.door.bearer("") is None
    house.book.remove_token("ha")
    assert house.door.bearer(newer) is None
    assert not house.door.holds(who)


async def test_a_simulation_lets_anybody_in_and_opens_nothing_real(tmp_path: Path) -> None:
    house = House(tmp_path, simulation=True)
    assert house.door.set_up_code == ""
    chair = await house.door.simulate(Role.CHAIR, None)
    delegate = await house.door.simulate(Role.DELEGATE, "main/12")
    assert isinstance(chair, Entered)
    assert isinstance(delegate, Entered)
    assert house.door.who(delegate.token) == delegate.who
    house.simulation = False
    house.restart()
    await house.door.new_seat_codes(["main/12"])  # as if the seat had a code there
    assert house.door.who(chair.token) is None
    refused = await house.door.simulate(Role.CHAIR, None)
    assert isinstance(refused, Refused)
    assert house.door.who(delegate.token) is None
    house.door.close()


def test_no_secret_stands_in_the_file(house: House, tmp_path: Path) -> None:
    token = codes.new_bearer()
    house.book.put_token("ha", codes.digest(token), {"read"})
    data = b"".join(path.read_bytes() for path in tmp_path.glob("access.sqlite3*"))
    assert b"argon2id" in data
    for secret in (token, GOOD):
        assert secret.encode() not in data
    mode = stat.S_IMODE((tmp_path / "access.sqlite3").stat().st_mode)
    assert mode == 0o600


@pytest.mark.parametrize("name", ["", "Nguyễn", "a b", "x" * 33, "-x", "(seat code)"])
def test_what_is_no_name_of_an_account(name: str) -> None:
    with pytest.raises(BookError, match="small letters"):
        account_name(name)


def test_a_code_is_read_however_it_is_written() -> None:
    code = codes.new_code()
    written = f" {code.lower().replace('-', ' – ')}\n"
    assert codes.typed(written) == code.replace("-", "")
    assert set(codes.typed(code)) <= set(codes.LETTERS)


def test_a_book_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book._writer.execute("PRAGMA user_version = 99")
    book.close()
    with pytest.raises(BookError, match="newer"):
        Book(tmp_path)
    with pytest.raises(BookError, match="there is no account"):
        Book(tmp_path / "fresh").remove_account("x")
