"""Rooms renew their certificates over the link they have.

Owns the decision: the broker vouches for the room (its topic), the register for the key. Must
not be used where the link itself is open: there a topic proves nothing.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from hub.identity.authority import IdentityError, pem, read_request
from hub.identity.folder import Folder

log = logging.getLogger(__name__)


class Renewals:
    """Answers rooms that ask."""

    def __init__(self, folder: Folder) -> None:
        """Read authority and register as they are now: both change by a person's hand.

        Raises:
            IdentityError: the authority is damaged.
        """
        self._authority = folder.authority()
        self._keys = {(room.room, room.key) for room in folder.rooms() if not room.revoked}

    def renew(self, room: str, request: str) -> str | None:
        """A new certificate for the key the room was paired with; else None, logged."""
        try:
            found = read_request(request)
            if (room, found.fingerprint) not in self._keys:
                raise IdentityError(
                    "this key was not paired, or revoked, before the hub's start; if it was paired "
                    "since, restart the hub"
                )
            certificate = self._authority.for_room(room, found, datetime.now(UTC))
        except IdentityError as error:
            log.warning("room %s gets no new certificate: %s", room, error)
            return None
        log.info("room %s has a new certificate until %s", room, certificate.not_valid_after_utc)
        return pem(certificate).decode()
