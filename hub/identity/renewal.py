"""Rooms renew their certificates over the link they have.

Owns the decision: the broker vouches for the room (its topic), the register for the key. Must
not be used where the link itself is open: there a topic proves nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from hub.identity.authority import IdentityError, pem, read_request
from hub.identity.folder import Folder

log = logging.getLogger(__name__)


class Renewals:
    """Answers rooms that ask."""

    def __init__(
        self, folder: Folder, register: Callable[[], Folder | None] = lambda: None
    ) -> None:
        """Read the authority; ``register`` is where rooms are looked up, if not in ``folder``.

        Raises:
            IdentityError: the authority is damaged.
        """
        self._authority = folder.authority()
        self._folder = folder
        self._register = register

    def renew(self, room: str, request: str) -> str | None:
        """A new certificate for the key the room was paired with; else None, logged.

        The register is read anew each time: rooms are paired and revoked while the hub runs.
        """
        try:
            found = read_request(request)
            rooms = (self._register() or self._folder).rooms()
            if not any(
                (r.room, r.key) == (room, found.fingerprint) and not r.revoked for r in rooms
            ):
                raise IdentityError("this key was not paired, or has been revoked")
            certificate = self._authority.for_room(room, found, datetime.now(UTC))
        except IdentityError as error:
            log.warning("room %s gets no new certificate: %s", room, error)
            return None
        log.info("room %s has a new certificate until %s", room, certificate.not_valid_after_utc)
        return pem(certificate).decode()
