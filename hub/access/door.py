"""The door of the hub: signing in and out, and who somebody is that shows a cookie or a token.

Theory. Looking up who somebody is reads one row and happens for each request, so the CLI's
``disable`` holds at once. What writes, and argon2, is done in one thread of the door's own: one
password at a time bounds the memory, and the event loop waits for neither. ``changes`` counts
whatever may have ended somebody's session, so that an open stream knows when to look again.

Owns attempts, sessions in use and the set-up code. Must not know HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from edge.rules.reasons import Reason
from hub.access import codes, passwords
from hub.access.attempts import Attempts, block_of
from hub.access.book import Account, Book, BookError, SeatCode
from hub.access.pairing import Pairings
from hub.access.rights import STAFF, Role, Who
from hub.access.sessions import CODE_HOLDS_S, Session, is_over

log = logging.getLogger(__name__)

WAITING_MOST = 40
"""Passwords that may wait to be looked at; more people than that do not sign in at once."""

WRITE_SEEN_S = 60.0
"""How often it is written down which sessions are in use."""

SEAT, SET_UP, PAIRING = "(seat code)", "(set-up)", "(pairing)"
"""Stand for the account's name in the counting of failures: no account may be called so."""

SIMULATED = "(simulation)"
"""The account of whoever chose a role in a simulation; it opens nothing in a hub run for real."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody came in; ``token`` is for their cookie and is nowhere else."""

    who: Who
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody did not; ``wait_s`` is how long another try is in vain."""

    reason: Reason
    wait_s: float = 0.0
    account: str = ""
    """If there is such an account: what else was typed as a name may be a password."""


Outcome = Entered | Refused


class Door:
    """Lets in."""

    def __init__(
        self,
        book: Book,
        now_s: Callable[[], float],
        meeting: Callable[[], str],
        name_at: Callable[[str], str] = lambda seat: seat,
        *,
        simulation: bool = False,
    ) -> None:
        """``meeting`` says for which meeting codes are made, ``name_at`` who sits at a seat.

        A meeting is known by what stays of it however it is called; empty while there is none.
        """
        self.simulation = simulation
        self.changes = 0
        """Grows with whatever may have ended a session."""
        self.set_up_code = "" if simulation or book.accounts() else codes.new_code()
        """Good for the first account while there is none; empty otherwise."""
        self._book = book
        self._now_s = now_s
        self._meeting = meeting
        self._name_at = name_at
        self._attempts = Attempts()
        self._pairings = Pairings()
        self._seen_s: dict[bytes, float] = {}
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub door")

    @property
    def needs_set_up(self) -> bool:
        """There is no account yet."""
        return bool(self.set_up_code) and not self._book.accounts()

    # --- who is it ---------------------------------------------------------------------------

    def who(self, token: str) -> Who | None:
        """Who shows this cookie; None when it holds no more."""
        if not token:
            return None
        key = codes.digest(token)
        session = self._holding(key)
        if session is None:
            return None
        self._seen_s[key] = self._now_s()
        return _who(session, codes.csrf_of(token))

    def holds(self, who: Who) -> bool:
        """Still the same; to be asked while a stream is open. Counts as use."""
        if who.role is Role.INTEGRATION:
            return self._book.token(who.session) is not None
        if self._holding(who.session) is None:
            return False
        self._seen_s[who.session] = self._now_s()
        return True

    def bearer(self, token: str) -> Who | None:
        """Which integration shows this token."""
        key = codes.digest(token)
        found = self._book.token(key) if token else None
        if found is None:
            return None
        name, scopes = found.name, found.scopes
        return Who(name, Role.INTEGRATION, account=name, scopes=scopes, session=key)

    def _holding(self, key: bytes) -> Session | None:
        session = self._book.session(key)
        if session is None:
            return None
        seen_s = max(session.seen_s, self._seen_s.get(key, 0.0))
        in_use = replace(session, seen_s=seen_s)  # the book is a minute behind
        if is_over(in_use, self._now_s()) or not self._is_backed(session):
            return None
        return session

    def _is_backed(self, session: Session) -> bool:
        """What they came in with still stands."""
        if session.account == SIMULATED or self.simulation:
            return session.account == SIMULATED and self.simulation
        if session.role is Role.DELEGATE:
            return self._has_code(session)
        if session.role in STAFF:
            account = self._book.account(session.account)
            return account is not None and not account.disabled
        return True

    def _has_code(self, session: Session) -> bool:
        """The code they came in with is still the seat's."""
        found = self._book.code_of(session.seat or "")
        return found is not None and self._is_valid(found)

    def _is_valid(self, code: SeatCode) -> bool:
        age_s = self._now_s() - code.made_s
        is_fresh = -1.0 <= age_s <= CODE_HOLDS_S
        return is_fresh and self.has_meeting and code.meeting == self._meeting()

    # --- coming in ---------------------------------------------------------------------------

    async def sign_in(self, name: str, password: str, address: str) -> Outcome:
        """With an account's name and password."""
        name, address = name.strip().casefold(), block_of(address)
        wait_s = self._attempts.wait_s(name, address, self._now_s())
        if wait_s > 0:
            return Refused(Reason.TRY_LATER, wait_s)
        if self._waiting >= WAITING_MOST:
            return Refused(Reason.TRY_LATER, 2.0)
        # Counted before it is looked at: a hundred guesses sent at once are a hundred failures.
        self._attempts.failed(name, address, self._now_s())
        account = self._book.account(name)
        self._waiting += 1
        try:
            kept = None if account is None else account.password
            is_right = await self._apart(lambda: passwords.is_right(password, kept))
        finally:
            self._waiting -= 1
        if account is None or account.disabled or not is_right:
            wait_s = self._attempts.wait_s(name, address, self._now_s())
            known = "" if account is None else account.name
            return Refused(Reason.SIGN_IN_WRONG, wait_s, known)
        self._attempts.succeeded(name, address)
        return await self._begin(
            account.full_name or account.name,
            account.role,
            account.seat,
            account.name,
            lambda: self._book.account(name) == account,
        )

    async def with_seat_code(self, code: str, address: str) -> Outcome:
        """With the code that was printed for a seat."""
        address = block_of(address)
        wait_s = self._attempts.wait_s(SEAT, address, self._now_s())
        if wait_s > 0:
            return Refused(Reason.TRY_LATER, wait_s)
        key = codes.digest(codes.typed(code))
        found = self._book.seat_code(key)
        if found is None or not self._is_valid(found):
            self._attempts.failed(SEAT, address, self._now_s())
            return Refused(Reason.CODE_WRONG, self._attempts.wait_s(SEAT, address, self._now_s()))
        self._attempts.succeeded(SEAT, address)
        return await self._begin(
            self._name_at(found.seat),
            Role.DELEGATE,
            found.seat,
            "",
            lambda: self._book.seat_code(key) == found,
        )

    async def set_up(self, code: str, name: str, password: str, address: str) -> Outcome:
        """The first account of this hub, a technician's, with the code from the hub's own log.

        Raises:
            WeakPasswordError: it may not be used.
        """
        address = block_of(address)
        if not self.needs_set_up:
            return Refused(Reason.SET_UP_DONE)
        wait_s = self._attempts.wait_s(SET_UP, address, self._now_s())
        if wait_s > 0:
            return Refused(Reason.TRY_LATER, wait_s)
        if not codes.same(codes.typed(code), codes.typed(self.set_up_code)):
            self._attempts.failed(SET_UP, address, self._now_s())
            return Refused(Reason.CODE_WRONG, self._attempts.wait_s(SET_UP, address, self._now_s()))
        name = name.strip().casefold()
        kept = await self._apart(lambda: passwords.hashed(password, name))
        known, self.set_up_code = self.set_up_code, ""
        if not known or self._book.accounts():
            return Refused(Reason.SET_UP_DONE)  # somebody else was quicker
        try:
            account = Account(name, "", Role.TECHNICIAN, None, kept)
            await self._apart(lambda: self._book.add_account(account))
        except BookError:
            self.set_up_code = known
            raise
        return await self._begin(name, Role.TECHNICIAN, None, name)

    async def simulate(self, role: Role, seat: str | None, room: str = "") -> Outcome:
        """In a simulation: as whoever one likes; a screen is that of a ``room``."""
        if not self.simulation:
            return Refused(Reason.NOT_ALLOWED)
        name = str(role)
        if role is Role.DELEGATE and seat:
            name = self._name_at(seat)
        elif role is Role.DISPLAY:
            name = room
        return await self._begin(name, role, seat, SIMULATED)

    async def _begin(
        self,
        name: str,
        role: Role,
        seat: str | None,
        account: str,
        stands: Callable[[], bool] = lambda: True,
    ) -> Outcome:
        """Let somebody in, if what they came with still ``stands`` when they are.

        It is looked at last: whoever changes it later finds the session and ends it.
        """
        token, now_s = codes.new_token(), self._now_s()
        session = Session(codes.digest(token), name, role, seat, account, now_s, now_s)
        await self._apart(lambda: self._book.add_session(session))
        entered = Entered(_who(session, codes.csrf_of(token)), token)
        if stands():
            return entered
        await self.sign_out(entered.who)
        return Refused(Reason.CODE_WRONG if role is Role.DELEGATE else Reason.SIGN_IN_WRONG)

    # --- going out ---------------------------------------------------------------------------

    async def sign_out(self, who: Who) -> None:
        """The session of this cookie is over, for every copy of it."""
        await self._apart(lambda: self._book.remove_sessions([who.session]))
        self._seen_s.pop(who.session, None)
        self.changes += 1

    # --- codes of seats ----------------------------------------------------------------------

    @property
    def has_meeting(self) -> bool:
        """There is one that codes can be made for: it has not ended."""
        return self._meeting() != ""

    async def new_seat_codes(self, seats: Iterable[str]) -> dict[str, str]:
        """New codes by seat, to be printed now: they are not kept. They end with the meeting."""
        made = {seat: codes.new_code() for seat in seats}
        kept = {seat: codes.digest(codes.typed(code)) for seat, code in made.items()}
        meeting, now_s = self._meeting(), self._now_s()
        await self._apart(lambda: self._book.put_seat_codes(kept, meeting, now_s))
        self.changes += 1
        return made

    def seats_with_code(self) -> list[str]:
        """Seats whose code is valid."""
        return [code.seat for code in self._book.seat_codes() if self._is_valid(code)]

    async def revoke_seat_codes(self, seats: Iterable[str] | None) -> None:
        """Codes of these seats, or of all, hold no more; who came in with them is out."""
        every = [code.seat for code in self._book.seat_codes()] if seats is None else list(seats)
        await self._apart(lambda: self._book.revoke_seat_codes(every))
        self.changes += 1

    # --- screens -----------------------------------------------------------------------------

    def begin_pairing(self, room: str, address: str) -> tuple[str, str]:
        """A code for a screen to show, and a ticket for it to keep."""
        return self._pairings.begin(room, block_of(address), self._now_s())

    def confirm_pairing(self, code: str, who: Who, address: str) -> str | Refused:
        """Whoever stands before a screen typed its code; the room it is for."""
        name, address, now_s = f"({PAIRING} {who.name})", block_of(address), self._now_s()
        wait_s = self._attempts.wait_s(name, address, now_s)
        if wait_s > 0:
            return Refused(Reason.TRY_LATER, wait_s)
        room = self._pairings.confirm(code, who.by, now_s)
        if room is None:
            self._attempts.failed(name, address, now_s)
            return Refused(Reason.CODE_WRONG)
        self._attempts.succeeded(name, address)
        return room

    async def claim_pairing(self, ticket: str) -> Outcome | None:
        """Let the screen in once somebody confirmed it; None while nobody has."""
        waiting = self._pairings.claim(ticket, self._now_s())
        if waiting is None:
            return Refused(Reason.CODE_WRONG)
        if not waiting.by:
            return None
        account = SIMULATED if self.simulation else PAIRING
        return await self._begin(waiting.room, Role.DISPLAY, None, account)

    def displays(self) -> list[Session]:
        """Screens that are let in."""
        found = [each for each in self._book.sessions() if each.role is Role.DISPLAY]
        return [each for each in found if self._holding(each.key) is not None]

    async def remove_display(self, ident: str) -> bool:
        """Let a screen in no more; False when there is none whose key begins so."""
        keys = [each.key for each in self.displays() if each.key.hex().startswith(ident)]
        await self._apart(lambda: self._book.remove_sessions(keys))
        self.changes += 1
        return bool(keys)

    # --- life --------------------------------------------------------------------------------

    async def keep_forever(self) -> None:
        """Write down what is in use, and forget what is over."""
        while True:
            await asyncio.sleep(WRITE_SEEN_S)
            await self.tidy()

    async def tidy(self) -> None:
        """Once."""
        seen_s, self._seen_s = self._seen_s, {}
        await self._apart(lambda: self._book.sessions_seen(seen_s))
        over = [session.key for session in self._book.sessions() if is_over(session, self._now_s())]
        await self._apart(lambda: self._book.remove_sessions(over))

    def close(self) -> None:
        """End the thread and let go of the book."""
        self._thread.shutdown()
        self._book.close()

    async def _apart(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _who(session: Session, csrf: str) -> Who:
    return Who(
        session.name,
        session.role,
        session.seat,
        session.account,
        session=session.key,
        csrf=csrf,
    )
