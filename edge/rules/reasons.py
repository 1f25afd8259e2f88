"""Why something is refused: every refusal in the product carries one of these.

Owns codes and their sentences in Vietnamese and English. The codes with ``reason_`` names
in the project's glossary keep its words. Must not decide what is refused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Sentence(NamedTuple):
    """One sentence in both languages, Vietnamese first."""

    vi: str
    en: str


class Reason(StrEnum):
    """Codes; ``SENTENCES`` has the words."""

    QUEUE_FULL = "queue_full"
    QUEUE_EMPTY = "queue_empty"
    ALREADY_REQUESTED = "already_requested"
    ALREADY_SPEAKING = "already_speaking"
    NOT_SPEAKING = "not_speaking"
    MIC_LIMIT = "mic_limit"
    NOT_ALLOWED = "not_allowed"
    SEAT_UNKNOWN = "seat_unknown"
    LINK_LOST = "link_lost"
    ROOM_UNKNOWN = "room_unknown"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_FAULT = "device_fault"
    COMMAND_UNKNOWN = "command_unknown"
    BAD_ARGUMENT = "bad_argument"
    EXPIRED = "expired"
    OUTDATED = "outdated"
    STORAGE_FULL = "storage_full"


SENTENCES: dict[Reason, Sentence] = {
    Reason.QUEUE_FULL: Sentence("Hàng chờ đã đầy", "The queue is full"),
    Reason.QUEUE_EMPTY: Sentence("Không có ai đang chờ phát biểu", "Nobody is waiting to speak"),
    Reason.ALREADY_REQUESTED: Sentence("Đã đăng ký, đang chờ gọi", "A request is already waiting"),
    Reason.ALREADY_SPEAKING: Sentence("Đang phát biểu", "This seat has the floor already"),
    Reason.NOT_SPEAKING: Sentence("Ghế này không phát biểu", "This seat does not have the floor"),
    Reason.MIC_LIMIT: Sentence(
        "Đã đủ số micro mở đồng thời", "The limit of open microphones is reached"
    ),
    Reason.NOT_ALLOWED: Sentence(
        "Ghế này không được phát biểu", "This seat may not take the floor"
    ),
    Reason.SEAT_UNKNOWN: Sentence("Không có ghế này", "There is no such seat"),
    Reason.LINK_LOST: Sentence("Không có kết nối với phòng này", "There is no link to this room"),
    Reason.ROOM_UNKNOWN: Sentence("Không có phòng này", "There is no such room"),
    Reason.DEVICE_UNKNOWN: Sentence("Không có thiết bị này", "There is no such device"),
    Reason.DEVICE_FAULT: Sentence(
        "Thiết bị lỗi, đã báo cán bộ kỹ thuật", "Device fault, technician informed"
    ),
    Reason.COMMAND_UNKNOWN: Sentence("Không có lệnh này", "There is no such command"),
    Reason.BAD_ARGUMENT: Sentence("Lệnh thiếu hoặc sai tham số", "The command's argument is wrong"),
    Reason.EXPIRED: Sentence("Lệnh đến quá muộn", "The command came too late"),
    Reason.OUTDATED: Sentence("Đã có lệnh mới hơn", "A newer command has already been carried out"),
    Reason.STORAGE_FULL: Sentence(
        "Bộ nhớ của phòng đã đầy, chưa ghi nhận", "The room's storage is full, nothing recorded"
    ),
}
