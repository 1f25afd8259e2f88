"""What can go wrong with a device, sorted by what the caller can do about it.

Owns the error tree of all drivers. Must not know any protocol.
"""

from __future__ import annotations


class DeviceError(Exception):
    """Root of every error a driver raises on purpose.

    Attributes:
        device: id of the device as in the room file, empty when a codec raised it.
        command: what was being done, in words a technician can search for.
    """

    def __init__(self, message: str, *, device: str = "", command: str = "") -> None:
        """Say what went wrong; ``device`` and ``command`` say where."""
        super().__init__(message)
        self.device = device
        self.command = command

    def __str__(self) -> str:
        """One line: device, command, message."""
        where = " ".join(part for part in (self.device, self.command) if part)
        message = super().__str__()
        return f"{where}: {message}" if where else message


class LinkDown(DeviceError, ConnectionError):
    """The wire is not there. Wait: the session reopens it by itself."""


class NoReply(DeviceError, TimeoutError):
    """The wire is open, the device said nothing in time. Repeat only what is idempotent."""


class Refused(DeviceError):
    """The device understood and said no. Repeating at once will not help.

    Attributes:
        code: the device's own error code as text, for the log.
    """

    def __init__(
        self, message: str, *, code: str = "", device: str = "", command: str = ""
    ) -> None:
        """Keep the device's own ``code`` beside the sentence for people."""
        super().__init__(message, device=device, command=command)
        self.code = code


class ProtocolError(DeviceError, ValueError):
    """The bytes are not what the protocol allows. The only error a codec raises.

    Attributes:
        got: the offending bytes (or characters), shortened for the log.
        wanted: what the protocol would have allowed there.
    """

    def __init__(self, message: str, *, got: bytes | str = b"", wanted: str = "") -> None:
        """Show at most 32 bytes of what came."""
        shown = got[:32].hex(" ").upper() if isinstance(got, bytes) else repr(got[:48])
        detail = "; ".join(
            part
            for part in (
                f"wanted {wanted}" if wanted else "",
                f"got {shown}" if got else "",
            )
            if part
        )
        super().__init__(f"{message} ({detail})" if detail else message)
        self.got = got
        self.wanted = wanted
