"""What a change of the floor is called in records, and how it reads.

Theory. A key, a page and a clock may lead to the same event of the rules, and it has one word:
that of the intent where there is one, because *recess* and *resume* say more than *set recess*.
What ends by itself is called by what ended it: ``time``, ``silence``.

Owns the words and their sentences. Must not rename a word that was released: records carry it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from edge.contract.messages import Text
from edge.rules.floor import Ask, Effect, Ended, FloorEvent, SetDebate, SetFire, name_of
from edge.rules.intents import MeetingIntent, event_of

_MEETING: dict[FloorEvent, str] = {
    event_of(intent, None, 0.0): intent for intent in get_args(MeetingIntent)
}

SETTINGS = "set_settings"
"""Other settings; mode and limits are ``set_rules``."""


def cause_of(event: FloorEvent) -> str:
    """The word for what ``event`` is."""
    match event:
        case SetFire(on=on):
            return "fire" if on else "fire_over"
        case SetDebate(on=on):
            return "debate_open" if on else "debate_over"
        case Ask(kind=kind):
            return "ask" if kind == "speech" else kind
        case _:
            return _MEETING.get(event, name_of(event))


def cause_of_time(effects: Iterable[Effect]) -> str:
    """The word for what came of the passing of time."""
    return next((effect.why for effect in effects if isinstance(effect, Ended)), "tick")


BEGINS, ENDS = "meeting_begins", "meeting_ends"
"""The floor is emptied for a meeting that begins, and by one that ends."""

TEXTS: dict[str, Text] = {
    "debate": Text(vi="Tranh luận", en="Debate"),
    "point_of_order": Text(vi="Ý kiến về thủ tục điều hành", en="Point of order"),
    "take": Text(vi="Chủ trì dừng phát biểu", en="Stopped by the chair"),
    "next": Text(vi="Mời người tiếp theo", en="Invite the next speaker"),
    "end_turn": Text(vi="Kết thúc lượt phát biểu", en="This turn was ended"),
    "extend": Text(vi="Gia hạn thời gian phát biểu", en="Speaking time was extended"),
    "all_off": Text(vi="Tắt toàn bộ micro", en="Mute all"),
    "priority_held": Text(vi="Ưu tiên tạm thời của chủ trì", en="The chair holds priority"),
    "priority_released": Text(vi="Hết ưu tiên chủ trì", en="The chair let go of priority"),
    "priority_pressed": Text(
        vi="Chủ trì ưu tiên, kết thúc mọi lượt phát biểu",
        en="Chair priority: every delegate's turn ends",
    ),
    "recess": Text(vi="Cuộc họp tạm nghỉ", en="The meeting is in recess"),
    "resume": Text(vi="Cuộc họp tiếp tục", en="The meeting resumes"),
    "mute": Text(vi="Tắt micro khẩn cấp", en="Emergency mute"),
    "unmute": Text(vi="Bỏ tắt micro khẩn cấp", en="Emergency mute is over"),
    "fire": Text(
        vi="Có tín hiệu báo cháy, tắt mọi micro", en="Fire alarm: every microphone is off"
    ),
    "fire_over": Text(vi="Tín hiệu báo cháy đã ngắt", en="The fire contact has opened again"),
    "fire_acknowledged": Text(vi="Đã xác nhận báo cháy", en="The fire alarm was acknowledged"),
    "queue_open": Text(vi="Mở đăng ký phát biểu", en="The queue was opened"),
    "queue_paused": Text(vi="Tạm dừng đăng ký phát biểu", en="The queue was paused"),
    "queue_closed": Text(vi="Đóng đăng ký phát biểu", en="The queue was closed"),
    "queue_cleared": Text(vi="Xóa danh sách đăng ký phát biểu", en="The queue was cleared"),
    "debate_open": Text(vi="Mở phần tranh luận", en="The debate was opened"),
    "debate_over": Text(vi="Kết thúc phần tranh luận", en="The debate was ended"),
    "set_rules": Text(vi="Đã đổi chế độ phát biểu", en="The floor's mode or limits were changed"),
    SETTINGS: Text(vi="Đã đổi thiết lập phát biểu", en="The floor's settings were changed"),
    BEGINS: Text(vi="Khai mạc, danh sách phát biểu trống", en="The meeting begins: an empty floor"),
    ENDS: Text(vi="Bế mạc, tắt mọi micro của đại biểu", en="The meeting ends: microphones off"),
    "time": Text(vi="Hết thời gian phát biểu", en="Speaking time is over"),
    "silence": Text(
        vi="Không có tiếng nói, tự động tắt micro", en="Nobody was heard: the microphone went off"
    ),
    "room_lost": Text(vi="Tạm treo các lượt của phòng", en="The room's turns are suspended"),
}
"""Words without a sentence are told by what they change: who speaks, who waits."""

LOUD = frozenset(
    {
        "fire",
        "fire_over",
        "fire_acknowledged",
        "mute",
        "unmute",
        "recess",
        "resume",
        "priority_held",
        "priority_released",
        "priority_pressed",
    }
)
"""More to see than whom it changed."""
