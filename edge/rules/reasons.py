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
    NOT_INVITED = "not_invited"
    NOT_CHAIR = "not_chair"
    NOBODY_SPEAKS = "nobody_speaks"
    NO_DEBATE = "no_debate"
    NO_PRIORITY = "no_priority"
    CHAIR_ENDS_TURN = "chair_ends_turn"
    CHAIR_ENDS_REQUEST = "chair_ends_request"
    CHAIR_ONLY = "chair_only"
    QUEUE_CLOSED = "queue_closed"
    QUEUE_PAUSED = "queue_paused"
    PRIORITY_ACTIVE = "priority_active"
    RECESS = "recess"
    MUTED = "muted"
    FIRE_ALARM = "fire_alarm"
    LINK_LOST = "link_lost"
    ROOM_UNKNOWN = "room_unknown"
    NOT_IN_MEETING = "not_in_meeting"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_FAULT = "device_fault"
    COMMAND_UNKNOWN = "command_unknown"
    BAD_ARGUMENT = "bad_argument"
    EXPIRED = "expired"
    OUTDATED = "outdated"
    STORAGE_FULL = "storage_full"
    POSITION_UNKNOWN = "position_unknown"
    CAMERA_MOVING = "camera_moving"
    OUT_OF_REACH = "out_of_reach"
    SIGHTINGS_CONTRADICT = "sightings_contradict"
    NO_SOLVER = "no_solver"
    NO_PICTURE = "no_picture"
    ALARM_OVER = "alarm_over"
    CHECK_RUNNING = "check_running"
    NO_TWIN = "no_twin"
    FAULT_UNKNOWN = "fault_unknown"
    SIGN_IN_NEEDED = "sign_in_needed"
    SIGN_IN_WRONG = "sign_in_wrong"
    CODE_WRONG = "code_wrong"
    TRY_LATER = "try_later"
    TOO_MANY_COMMANDS = "too_many_commands"
    NOT_YOUR_ROLE = "not_your_role"
    NOT_YOUR_SEAT = "not_your_seat"
    NOT_IN_TOKEN = "not_in_token"  # noqa: S105  # a reason's code
    PAGE_OUTDATED = "page_outdated"
    FOREIGN_PAGE = "foreign_page"
    SET_UP_DONE = "set_up_done"
    PASSWORD_WEAK = "password_weak"  # noqa: S105  # a reason's code
    SCENE_UNKNOWN = "scene_unknown"

    MEETING_UNKNOWN = "meeting_unknown"
    MEETING_RUNNING = "meeting_running"
    MEETING_NOT_RUNNING = "meeting_not_running"
    MEETING_OVER = "meeting_over"
    MEETING_EXISTS = "meeting_exists"
    MEETING_CHANGED = "meeting_changed"
    AGENDA_OVER = "agenda_over"
    ITEM_UNKNOWN = "item_unknown"
    PAPER_UNKNOWN = "paper_unknown"
    NOT_ALLOWED_TO_READ = "not_allowed_to_read"
    PAPER_TYPE = "paper_type"
    TOO_MANY_PAPERS = "too_many_papers"
    FILE_TOO_LARGE = "file_too_large"
    FILE_BROKEN_OFF = "file_broken_off"
    FILE_EMPTY = "file_empty"

    VOTE_UNKNOWN = "vote_unknown"
    VOTE_ID_USED = "vote_id_used"
    VOTE_PAST = "vote_past"
    VOTE_NOT_READY = "vote_not_ready"
    VOTE_NOT_OPEN = "vote_not_open"
    VOTE_RUNNING = "vote_running"
    VOTE_PAUSED = "vote_paused"
    VOTE_CLOSED = "vote_closed"
    VOTE_NOT_COUNTED = "vote_not_counted"
    VOTE_EMPTY = "vote_empty"
    VOTE_DAMAGED = "vote_damaged"
    NOT_ENTITLED = "not_entitled"
    NOT_CHECKED_IN = "not_checked_in"
    ALREADY_VOTED = "already_voted"
    PRESS_ONE_KEY = "press_one_key"
    KEY_HELD = "key_held"
    CHOICE_UNKNOWN = "choice_unknown"
    CHOICE_NUMBER = "choice_number"
    NOT_AT_KEYS = "not_at_keys"
    NOT_CALLED = "not_called"
    ROLL_COMPLETE = "roll_complete"
    QUORUM_MISSING = "quorum_missing"
    ROLE_MISSING = "role_missing"
    ROOMS_AWAITED = "rooms_awaited"
    ONLY_AT_KEYS = "only_at_keys"
    VOTE_OUTDATED = "vote_outdated"
    NOT_ROLL_CALL = "not_roll_call"
    BEYOND_KEYS = "secret_beyond_keys"


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
    Reason.NOT_INVITED: Sentence("Khách mời phát biểu khi được mời", "A guest speaks when invited"),
    Reason.NOT_CHAIR: Sentence("Chỉ chủ trì dùng được chức năng này", "Only a chair may do this"),
    Reason.NOBODY_SPEAKS: Sentence("Không có đại biểu đang phát biểu", "No delegate has the floor"),
    Reason.NO_DEBATE: Sentence("Chưa mở phần tranh luận", "No debate is open"),
    Reason.NO_PRIORITY: Sentence(
        "Ghế này không giữ ưu tiên chủ trì", "This seat does not hold the chair's priority"
    ),
    Reason.CHAIR_ENDS_TURN: Sentence(
        "Chỉ chủ trì kết thúc lượt phát biểu", "Only the chair ends a turn"
    ),
    Reason.CHAIR_ENDS_REQUEST: Sentence(
        "Chỉ chủ trì hủy được đăng ký", "Only the chair withdraws a request"
    ),
    Reason.CHAIR_ONLY: Sentence("Chỉ chủ trì phát biểu", "Only the chair speaks now"),
    Reason.QUEUE_CLOSED: Sentence("Chưa mở đăng ký phát biểu", "Registration is closed"),
    Reason.QUEUE_PAUSED: Sentence("Đang tạm dừng đăng ký phát biểu", "Registration is paused"),
    Reason.PRIORITY_ACTIVE: Sentence(
        "Chủ trì đang ưu tiên phát biểu", "The chair has taken priority"
    ),
    Reason.RECESS: Sentence("Cuộc họp đang tạm nghỉ", "The meeting is in recess"),
    Reason.MUTED: Sentence("Đang tắt toàn bộ micro", "All microphones have been muted"),
    Reason.FIRE_ALARM: Sentence("Có tín hiệu báo cháy", "Fire alarm active"),
    Reason.SEAT_UNKNOWN: Sentence("Không có ghế này", "There is no such seat"),
    Reason.LINK_LOST: Sentence("Không có kết nối với phòng này", "There is no link to this room"),
    Reason.ROOM_UNKNOWN: Sentence("Không có phòng này", "There is no such room"),
    Reason.NOT_IN_MEETING: Sentence(
        "Phòng này không tham gia cuộc họp", "The meeting does not sit in this room"
    ),
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
    Reason.POSITION_UNKNOWN: Sentence(
        "Camera chưa báo đang hướng về đâu", "The camera has not said where it looks"
    ),
    Reason.CAMERA_MOVING: Sentence(
        "Camera chưa đứng yên, mời xác nhận lại", "The camera is not at rest yet, confirm again"
    ),
    Reason.OUT_OF_REACH: Sentence(
        "Camera không quay tới đó được", "The camera cannot be turned that far"
    ),
    Reason.SIGHTINGS_CONTRADICT: Sentence(
        "Các lần ngắm mâu thuẫn nhau, vẫn giữ hướng cũ",
        "The sightings contradict each other, the aims stay as they were",
    ),
    Reason.NO_SOLVER: Sentence(
        "Bộ điều khiển phòng chưa cài phần tính hướng ngắm (phonghop[vision])",
        "The room's controller cannot compute aims: install phonghop[vision]",
    ),
    Reason.NO_PICTURE: Sentence("Camera này không có hình", "This camera has no picture"),
    Reason.MEETING_UNKNOWN: Sentence("Không có cuộc họp này", "There is no such meeting"),
    Reason.MEETING_RUNNING: Sentence(
        "Một cuộc họp đang diễn ra, cần bế mạc trước", "A meeting is in progress: end it first"
    ),
    Reason.MEETING_NOT_RUNNING: Sentence(
        "Cuộc họp này không diễn ra", "This meeting is not in progress"
    ),
    Reason.MEETING_OVER: Sentence(
        "Cuộc họp đã bế mạc, chỉ sao chép được", "This meeting has ended: it can only be copied"
    ),
    Reason.MEETING_EXISTS: Sentence("Đã có cuộc họp mang mã này", "There is such a meeting"),
    Reason.MEETING_CHANGED: Sentence(
        "Cuộc họp vừa được sửa ở nơi khác, mở lại rồi sửa tiếp",
        "This meeting has been changed elsewhere: open it again",
    ),
    Reason.AGENDA_OVER: Sentence("Đã hết chương trình họp", "The agenda has no further item"),
    Reason.ITEM_UNKNOWN: Sentence("Không có mục chương trình này", "There is no such agenda item"),
    Reason.PAPER_UNKNOWN: Sentence("Không có tài liệu này", "There is no such paper"),
    Reason.NOT_ALLOWED_TO_READ: Sentence(
        "Không có quyền đọc tài liệu này", "This paper is not for your role"
    ),
    Reason.PAPER_TYPE: Sentence(
        "Chỉ nhận tệp PDF, PNG, JPEG hoặc WebP", "Only PDF, PNG, JPEG and WebP are taken"
    ),
    Reason.TOO_MANY_PAPERS: Sentence(
        "Cuộc họp đã có quá nhiều tài liệu", "This meeting has as many papers as it can have"
    ),
    Reason.FILE_TOO_LARGE: Sentence("Tệp quá lớn", "The file is too large"),
    Reason.FILE_BROKEN_OFF: Sentence(
        "Tệp gửi dở dang, gửi lại", "The file did not arrive whole: send it again"
    ),
    Reason.FILE_EMPTY: Sentence("Tệp rỗng", "The file is empty"),
    Reason.ALARM_OVER: Sentence("Báo động này đã hết", "This alarm does not stand any more"),
    Reason.CHECK_RUNNING: Sentence(
        "Phòng đang được kiểm tra, chờ kết quả", "The room is being checked: wait for its result"
    ),
    Reason.NO_TWIN: Sentence(
        "Đây là phòng thật, chỉ diễn tập được ở phòng mô phỏng",
        "This is a real room: drills are for simulated ones",
    ),
    Reason.FAULT_UNKNOWN: Sentence(
        "Thiết bị mô phỏng không có sự cố này", "The simulated device cannot fail in this way"
    ),
    Reason.SCENE_UNKNOWN: Sentence("Phòng không có kịch bản này", "The room has no such scene"),
    Reason.VOTE_UNKNOWN: Sentence("Không có nội dung biểu quyết này", "There is no such vote"),
    Reason.VOTE_ID_USED: Sentence(
        "Mã nội dung biểu quyết đã dùng ở cuộc họp trước, đặt mã khác",
        "The id of a vote has been used in a meeting before: give it another one",
    ),
    Reason.VOTE_PAST: Sentence(
        "Nội dung này thuộc cuộc họp trước, hãy đưa vào danh sách thành nội dung mới",
        "This vote belongs to a meeting that is over: put it on the list as a new one",
    ),
    Reason.VOTE_NOT_READY: Sentence("Chưa sẵn sàng biểu quyết", "Not ready to vote"),
    Reason.VOTE_NOT_OPEN: Sentence("Chưa mở biểu quyết", "No vote is open"),
    Reason.VOTE_RUNNING: Sentence("Đang biểu quyết", "A vote is in progress"),
    Reason.VOTE_PAUSED: Sentence("Đang tạm dừng biểu quyết", "The vote is paused"),
    Reason.VOTE_CLOSED: Sentence("Biểu quyết đã kết thúc", "The vote has ended"),
    Reason.VOTE_NOT_COUNTED: Sentence("Chưa kiểm phiếu xong", "The vote has not been counted yet"),
    Reason.VOTE_EMPTY: Sentence(
        "Không nhận được phiếu nào, đề nghị kiểm tra trước khi công bố",
        "Not a single vote arrived: check before announcing",
    ),
    Reason.VOTE_DAMAGED: Sentence(
        "Hồ sơ biểu quyết này bị hỏng, cần biểu quyết lại",
        "The record of this vote is damaged: vote again",
    ),
    Reason.NOT_ENTITLED: Sentence(
        "Không có quyền biểu quyết nội dung này", "No voting right on this item"
    ),
    Reason.NOT_CHECKED_IN: Sentence("Mời điểm danh trước", "Please check in first"),
    Reason.ALREADY_VOTED: Sentence(
        "Đã biểu quyết, không thay đổi được", "The vote has been cast and cannot be changed"
    ),
    Reason.PRESS_ONE_KEY: Sentence("Chỉ nhấn một nút, mời nhấn lại", "Press one button only"),
    Reason.KEY_HELD: Sentence(
        "Nút đang bị giữ, mời nhả ra và nhấn lại", "The key is held: release it and press again"
    ),
    Reason.CHOICE_UNKNOWN: Sentence("Không có phương án này", "There is no such option"),
    Reason.CHOICE_NUMBER: Sentence(
        "Số phương án đã chọn không đúng quy định", "This number of options may not be chosen"
    ),
    Reason.NOT_AT_KEYS: Sentence(
        "Mời biểu quyết trên trang đại biểu, không dùng nút bấm",
        "Vote on the delegate's page: the keys cannot say it",
    ),
    Reason.NOT_CALLED: Sentence("Chưa đến lượt được gọi tên", "This name has not been called yet"),
    Reason.ROLL_COMPLETE: Sentence("Đã gọi hết tên", "Every name has been called"),
    Reason.QUORUM_MISSING: Sentence("Chưa đủ điều kiện tiến hành", "Quorum not reached"),
    Reason.ROLE_MISSING: Sentence(
        "Thiếu thành phần bắt buộc phải có mặt", "Somebody whose presence is required is absent"
    ),
    Reason.ROOMS_AWAITED: Sentence(
        "Đang chờ các phòng gửi hết phiếu", "Waiting for the rooms to hand in every vote"
    ),
    Reason.ONLY_AT_KEYS: Sentence(
        "Bỏ phiếu kín: mời dùng nút bấm tại ghế", "A secret vote is cast with the keys at the seat"
    ),
    Reason.VOTE_OUTDATED: Sentence(
        "Ghế này đã có lần bấm mới hơn, lần bấm mới được tính",
        "This seat has pressed again since, and the newer press counts",
    ),
    Reason.NOT_ROLL_CALL: Sentence(
        "Chỉ nhập phiếu thay khi gọi tên biểu quyết",
        "Only in a roll-call vote is a vote entered for somebody",
    ),
    Reason.BEYOND_KEYS: Sentence(
        "Bỏ phiếu kín dùng nút bấm tại ghế: tối đa ba phương án, chọn một",
        "A secret vote is cast at the keys: at most three options, of which one is chosen",
    ),
    Reason.SIGN_IN_NEEDED: Sentence("Mời đăng nhập", "Please sign in"),
    Reason.SIGN_IN_WRONG: Sentence(
        "Tên đăng nhập hoặc mật khẩu không đúng", "The name or the password is wrong"
    ),
    Reason.CODE_WRONG: Sentence(
        "Mã không đúng hoặc đã hết hiệu lực", "The code is wrong, or is no longer valid"
    ),
    Reason.TRY_LATER: Sentence(
        "Đã thử sai quá nhiều lần, mời chờ rồi thử lại", "Too many wrong tries: please wait"
    ),
    Reason.TOO_MANY_COMMANDS: Sentence(
        "Quá nhiều lệnh liên tiếp, mời chờ vài giây",
        "Too many commands in a row: please wait some seconds",
    ),
    Reason.NOT_YOUR_ROLE: Sentence(
        "Vai đang đăng nhập không được dùng chức năng này",
        "The role that is signed in may not do this",
    ),
    Reason.NOT_YOUR_SEAT: Sentence(
        "Chỉ được thao tác cho ghế của mình", "You may act for your own seat only"
    ),
    Reason.NOT_IN_TOKEN: Sentence(
        "Mã truy cập của phần mềm này không gồm quyền đó",
        "This token does not cover that",
    ),
    Reason.PAGE_OUTDATED: Sentence(
        "Trang đã cũ so với lần đăng nhập này, mời tải lại trang",
        "The page is older than this sign-in: please reload it",
    ),
    Reason.FOREIGN_PAGE: Sentence(
        "Yêu cầu đến từ địa chỉ không được phép", "The request comes from an address not allowed"
    ),
    Reason.SET_UP_DONE: Sentence(
        "Đã có tài khoản đầu tiên, mời đăng nhập", "The first account exists: please sign in"
    ),
    Reason.PASSWORD_WEAK: Sentence(
        "Mật khẩu cần từ 10 đến 200 ký tự, không phải tên đăng nhập hay vài ký tự lặp lại",
        "A password has 10 to 200 characters; not the name, not a few repeated",
    ),
}
