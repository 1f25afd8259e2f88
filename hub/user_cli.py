"""``phonghop-hub user``: who has an account, and which programs have a token.

Owns these subcommands. Must not need a running hub: it writes the file the hub reads, and what it
says holds at the next request.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.contract.topics import split_seat
from hub import reaching
from hub.access import codes, passwords
from hub.access.book import Account, Book, BookError, account_name
from hub.access.passwords import WeakPasswordError
from hub.access.rights import SCOPES, STAFF, Role

Names = Any
"""What ``add_subparsers`` gives; its class is private to argparse."""


def add_parser(names: Names) -> argparse.ArgumentParser:
    """``user`` and what stands below it."""
    user: argparse.ArgumentParser = names.add_parser("user", help="accounts and tokens")
    below = user.add_subparsers(dest="what", required=True, metavar="WHAT")

    def command(
        name: str, text: str, run: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = below.add_parser(name, help=text)
        found.add_argument("--data", type=Path, default=reaching.data_folder(), metavar="DIR")
        found.add_argument("--json", action="store_true", help="print JSON")
        found.set_defaults(run=_safely(run))
        return found

    add = command("add", "a new account; the password is asked for, or read from stdin", _add)
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=sorted(STAFF))
    add.add_argument("--full-name", default="", help="as people read it")
    add.add_argument("--seat", help="where they sit, such as main/1")
    command("list", "accounts and tokens", _list)
    for name, text, run in (
        ("passwd", "another password; ends the sessions of the account", _passwd),
        ("disable", "the account may not be used; ends its sessions", _disable),
        ("enable", "the account may be used again", _enable),
        ("remove", "the account is gone; ends its sessions", _remove),
    ):
        command(name, text, run).add_argument("name")
    token = command("token", "a token for a program, shown once", _token)
    token.add_argument("name", help="an older token of this name holds no more")
    token.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=sorted(SCOPES),
        help="what it is for (may be given more than once): "
        + "; ".join(f"{scope}: {text}" for scope, text in SCOPES.items()),
    )
    command("revoke", "a token holds no more", _revoke).add_argument("name")
    return user


def _safely(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def safe(chosen: argparse.Namespace) -> int:
        try:
            return run(chosen)
        except (BookError, WeakPasswordError, ValueError) as error:
            sys.stderr.write(f"phonghop-hub user: {error}\n")
            return 1

    return safe


def _book(chosen: argparse.Namespace) -> Book:
    return Book(chosen.data)


def _say(chosen: argparse.Namespace, text: str, **fields: object) -> int:
    sys.stdout.write((json.dumps(fields, ensure_ascii=False) if chosen.json else text) + "\n")
    return 0


def _asked_password() -> str:
    """From a person twice, from a program once: the first line of stdin."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Mật khẩu / password: ")
    if getpass.getpass("Nhập lại / again: ") != first:
        raise ValueError("the two passwords differ")
    return first


def _add(chosen: argparse.Namespace) -> int:
    name, seat = account_name(chosen.name), chosen.seat
    if seat is not None:
        split_seat(seat)
    book = _book(chosen)
    try:
        kept = passwords.hashed(_asked_password(), name)
        book.add_account(Account(name, chosen.full_name[:60], Role(chosen.role), seat, kept))
    finally:
        book.close()
    return _say(chosen, f"account {name} ({chosen.role})", name=name, role=chosen.role, seat=seat)


def _list(chosen: argparse.Namespace) -> int:
    book = _book(chosen)
    try:
        accounts, tokens = book.accounts(), book.tokens()
    finally:
        book.close()
    if chosen.json:
        found = {
            "accounts": [
                {
                    "name": each.name,
                    "full_name": each.full_name,
                    "role": each.role,
                    "seat": each.seat,
                    "disabled": each.disabled,
                }
                for each in accounts
            ],
            "tokens": [{"name": each.name, "scopes": sorted(each.scopes)} for each in tokens],
        }
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return 0
    for account in accounts:
        more = "  disabled" if account.disabled else ""
        seat = account.seat or ""
        sys.stdout.write(f"{account.name:<20} {account.role:<12} {seat:<12}{more}\n")
    for token in tokens:
        sys.stdout.write(f"{token.name:<20} token        {', '.join(sorted(token.scopes))}\n")
    return 0


def _passwd(chosen: argparse.Namespace) -> int:
    name, book = account_name(chosen.name), _book(chosen)
    try:
        book.set_password(name, passwords.hashed(_asked_password(), name))
    finally:
        book.close()
    return _say(chosen, f"account {name}: new password, its sessions have ended", name=name)


def _changed(chosen: argparse.Namespace, change: Callable[[Book, str], None], text: str) -> int:
    name, book = account_name(chosen.name), _book(chosen)
    try:
        change(book, name)
    finally:
        book.close()
    return _say(chosen, f"{name}: {text}", name=name)


def _disable(chosen: argparse.Namespace) -> int:
    return _changed(chosen, lambda book, name: book.set_disabled(name, True), "disabled")


def _enable(chosen: argparse.Namespace) -> int:
    return _changed(chosen, lambda book, name: book.set_disabled(name, False), "enabled")


def _remove(chosen: argparse.Namespace) -> int:
    return _changed(chosen, Book.remove_account, "removed")


def _revoke(chosen: argparse.Namespace) -> int:
    return _changed(chosen, Book.remove_token, "revoked")


def _token(chosen: argparse.Namespace) -> int:
    name, scopes, book = account_name(chosen.name), set(chosen.scope) | {"read"}, _book(chosen)
    made = codes.new_bearer()
    try:
        book.put_token(name, codes.digest(made), scopes)
    finally:
        book.close()
    text = f"{made}\n(shown once; scopes: {', '.join(sorted(scopes))})"
    return _say(chosen, text, name=name, token=made, scopes=sorted(scopes))
