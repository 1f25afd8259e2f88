"""Samsung MDC frames: bytes to messages and back.

Owns the frame (``AA command id length data checksum``), acknowledgements and the way out of
noise. Must not know serial ports, time or what a display should do.

A reply carries command FF and starts its data with ``A`` (done) or ``N`` (refused) and the
command that it answers. The checksum is the sum of everything after AA, modulo 256. Source:
Samsung MDC protocol manuals MD40B, IFH and LH025.

What noise can do: lose the AA (the rest is skipped up to the next one), forge an AA (what
follows looks like a frame of up to 260 bytes that never fits), or damage a byte (the
checksum fails, except once in 256). A forged start must not swallow the good frames behind
it, so a frame that completes *inside* one still open is believed when it is one we know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.core.codec import Collector
from drivers.core.errors import ProtocolError
from drivers.samsung_mdc import commands

START = 0xAA
REPLY = 0xFF
ACK = 0x41
NAK = 0x4E

BROADCAST_ID = 0xFE
"""All displays on the line do it and none of them answers."""

HEADER_BYTES = 4
MOST_DATA_BYTES = 0xFF
LONGEST_FRAME_BYTES = HEADER_BYTES + MOST_DATA_BYTES + 1


@dataclass(frozen=True, slots=True)
class Command:
    """To a display: a question when ``data`` is empty, else a setting."""

    command: int
    id: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """From a display. With ``ack`` False the first byte of ``data`` is the error code."""

    command: int
    id: int
    ack: bool
    data: bytes = b""

    @property
    def error(self) -> int | None:
        """Why it refused, in the display's own (unpublished) code."""
        return self.data[0] if not self.ack and self.data else None


Message = Command | Reply


def checksum(body: bytes) -> int:
    """Sum of what stands between AA and the checksum, modulo 256."""
    return sum(body) & 0xFF


def encode(message: Message) -> bytes:
    """The frame of ``message``.

    Raises:
        ProtocolError: a field does not fit its byte, or there is too much data.
    """
    data = message.data
    command = message.command
    if isinstance(message, Reply):
        data = _byte("command", command) + data
        data = bytes([ACK if message.ack else NAK]) + data
        command = REPLY
    elif command == REPLY:
        raise ProtocolError("command: FF marks a reply and cannot be sent to a display")
    if len(data) > MOST_DATA_BYTES:
        raise ProtocolError(f"data: {len(data)} bytes are too many", wanted="at most 255")
    body = _byte("command", command) + _byte("id", message.id) + bytes([len(data)]) + data
    return bytes([START]) + body + bytes([checksum(body)])


def _byte(name: str, value: int) -> bytes:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xFF:
        return bytes([value])
    raise ProtocolError(f"{name}: {value!r} is no byte", wanted="0 to 255")


def decode(data: bytes) -> Message:
    """The message of exactly one frame.

    Raises:
        ProtocolError: not a whole frame, more than one, or a damaged one.
    """
    if not data or data[0] != START:
        raise ProtocolError("not the start of a frame", got=data, wanted="AA")
    if len(data) <= HEADER_BYTES:
        raise ProtocolError("the frame is cut short", got=data, wanted="at least 5 bytes")
    size = HEADER_BYTES + data[3] + 1
    if len(data) != size:
        raise ProtocolError(
            f"the frame has {len(data)} bytes", got=data, wanted=f"{size} by its length byte"
        )
    expected = checksum(data[1:-1])
    if data[-1] != expected:
        raise ProtocolError("wrong checksum", got=data, wanted=f"{expected:02X} at the end")
    payload = data[HEADER_BYTES:-1]
    if data[1] != REPLY:
        return Command(data[1], data[2], payload)
    if len(payload) < 2 or payload[0] not in (ACK, NAK):
        raise ProtocolError("a reply that answers nothing", got=data, wanted="41 or 4E, command")
    return Reply(payload[1], data[2], payload[0] == ACK, payload[2:])


def _is_known(message: Message) -> bool:
    if isinstance(message, Reply) and not message.ack:
        return len(message.data) == 1 and message.command in commands.TABLE
    return commands.is_plausible(message.command, message.data)


class MdcDecoder(Collector):
    """Finds frames in a stream that is cut anywhere and may be noisy.

    Works byte by byte, so the messages depend on the stream alone, never on its pieces.
    """

    buffer_limit = LONGEST_FRAME_BYTES

    def __init__(self, replies_only: bool = False) -> None:
        """``replies_only`` is for a controller: whatever is no reply is noise (or an echo)."""
        super().__init__()
        self._replies_only = replies_only
        self._starts: list[int] = []  # where in the buffer a frame may begin, first at 0

    def feed(self, data: bytes) -> list[Message]:
        """See ``drivers.core.codec.Decoder.feed``."""
        found = []
        for byte in data:
            if byte == START:
                self._starts.append(len(self._buffer))
            self._buffer.append(byte)
            message = self._completed()
            if message is not None:
                found.append(message)
        return found

    def _completed(self) -> Message | None:
        """The message that the newest byte completes, if it does."""
        for start in tuple(self._starts):
            verdict = self._judge(start)
            if isinstance(verdict, bool):
                if not verdict:
                    self._starts.remove(start)
                continue
            if start == self._starts[0] or _is_known(verdict):
                self.dropped_bytes += start
                self._buffer.clear()
                self._starts.clear()
                return verdict
            self._starts.remove(start)
        self._forget_until(self._starts[0] if self._starts else len(self._buffer))
        return None

    def _judge(self, start: int) -> Message | bool:
        """The message of the frame at ``start``; True while it may become one, else False."""
        so_far = len(self._buffer) - start
        if so_far >= 2 and self._replies_only and self._buffer[start + 1] != REPLY:
            return False
        if so_far < HEADER_BYTES:
            return True
        if so_far < HEADER_BYTES + self._buffer[start + 3] + 1:
            return True
        try:
            return decode(bytes(self._buffer[start:]))
        except ProtocolError:
            return False

    def _forget_until(self, start: int) -> None:
        if start:
            self.dropped_bytes += start
            del self._buffer[:start]
            self._starts = [later - start for later in self._starts]


def describe(data: bytes, direction: str = "") -> dict[str, Any]:
    """What one frame says, as named fields.

    Raises:
        ProtocolError: no frame, or one that does not go in ``direction``.
    """
    message = decode(data)
    found = "from_device" if isinstance(message, Reply) else "to_device"
    if direction and direction != found:
        raise ProtocolError(f"direction: a frame {found}", got=data, wanted=direction)
    fields: dict[str, Any] = {"command": message.command, "id": message.id}
    if isinstance(message, Reply):
        fields["ack"] = message.ack
        if not message.ack:
            fields["error"] = message.error
            fields["name"] = commands.name_of(message.command, b"") or "unknown"
            return fields
    fields["data"] = list(message.data)
    fields["name"] = commands.name_of(message.command, message.data) or "unknown"
    spec = commands.find(message.command, message.data)
    if spec is not None:
        fields |= commands.values(spec, message.data)
    if isinstance(message, Command) and message.id == BROADCAST_ID:
        fields["broadcast"] = True
    return fields


def build(fields: Mapping[str, Any]) -> bytes:
    """The frame to a display that ``describe`` would give ``fields`` for.

    Of ``command`` and ``name`` one is enough, and of ``data`` and the named values one kind;
    where both are given they have to agree.

    Raises:
        ProtocolError: naming the field that is missing, wrong or in disagreement.
    """
    if "ack" in fields:
        raise ProtocolError("ack: only frames to a device can be built")
    if "id" not in fields:
        raise ProtocolError("id: missing", wanted="0 to 255")
    listed = _data_of(fields["data"]) if "data" in fields else None
    command, spec = _command_of(fields, listed)
    if listed is None:
        known = {"command", "id", "name", "broadcast", *(key for key, _ in spec.layout)}
        for key in fields:
            if key not in known:
                raise ProtocolError(f"{key}: {spec.name} has no such field")
        listed = commands.data_of(spec, fields)
    else:
        commands.check_agreement(spec, fields, listed)
    frame = encode(Command(command, fields["id"], listed))
    if fields.get("broadcast") and fields["id"] != BROADCAST_ID:
        raise ProtocolError(f"broadcast: id {fields['id']} is one display", wanted="id 254")
    return frame


def _command_of(fields: Mapping[str, Any], data: bytes | None) -> tuple[int, commands.Spec]:
    """Code and line of the table; an unnamed code gets a line without values."""
    name = fields.get("name", "unknown")
    named = commands.find_by_name(name) if isinstance(name, str) else None
    if "command" not in fields:
        if named is None:
            raise ProtocolError(f"name: {name!r} is not a known command, and command is missing")
        return named
    command = _byte("command", fields["command"])[0]
    if named is not None and named[0] != command:
        raise ProtocolError(f"name: {name!r} is command {named[0]}, not {command}")
    if named is not None and data is None:
        return named
    return command, commands.find(command, data or b"") or commands.Spec("unknown", ())


def _data_of(listed: Any) -> bytes:
    if not isinstance(listed, list | tuple):
        raise ProtocolError(f"data: {listed!r} is not a list of bytes")
    return b"".join(_byte("data", value) for value in listed)
