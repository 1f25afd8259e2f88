/**
 * Words of the delegate's and the chair's pages.
 * Owns the texts; keys without the prefix `ui_` are the project's glossary, word for word.
 */

export const SEAT_LABELS = {
  // Glossary.
  agenda: ["Chương trình họp", "Agenda"],
  agenda_next_item: ["Chuyển mục tiếp theo", "Next item"],
  papers: ["Tài liệu họp", "Meeting papers"],
  speak_queue_position: ["Thứ tự {n} trong hàng chờ", "Position {n} in the queue"],

  // The delegate's page: who I am.
  ui_seat_title: ["Trang đại biểu", "Delegate"],
  ui_seat_skip: ["Tới phần phát biểu", "Skip to speaking"],
  ui_seat_none: ["Chưa biết ghế của bạn", "This page does not know your seat"],
  ui_seat_none_hint: [
    "Mở trang bằng mã QR đặt tại ghế, hoặc bằng địa chỉ do thư ký gửi.",
    "Open it with the QR code at your seat, or with the address the secretary sent.",
  ],
  ui_seat_gone: ["Không có ghế {seat} trong cuộc họp này", "There is no seat {seat} in this meeting"],
  ui_seat_gone_hint: ["Báo thư ký kiểm tra sơ đồ chỗ ngồi.", "Ask the secretary to check the seating."],

  ui_seat_free: ["Phòng của ghế {seat} không tham gia cuộc họp này", "The meeting does not sit in the room of seat {seat}"],
  ui_seat_free_hint: ["Micro tại ghế vẫn dùng được trong phòng.", "The microphone at the seat works inside the room."],

  // My turn.
  ui_my_turn: ["Phát biểu", "Speaking"],
  ui_ask_floor: ["Xin phát biểu", "Ask to speak"],
  ui_withdraw: ["Rút yêu cầu", "Withdraw the request"],
  ui_end_speech: ["Kết thúc phát biểu", "End my speech"],
  ui_me_silent: ["Bạn chưa xin phát biểu", "You have not asked to speak"],
  ui_me_waiting_ahead: ["{n} người trước bạn", "{n} ahead of you"],
  ui_me_waiting_next: ["Tiếp theo là bạn", "You are next"],
  ui_me_speaking: ["Micro của bạn đang mở", "Your microphone is open"],
  ui_me_opening: ["Micro của bạn đang mở…", "Your microphone is opening…"],
  ui_me_unconfirmed: [
    "Bạn được phát biểu, micro chưa xác nhận",
    "You have the floor, the microphone is not confirmed",
  ],
  ui_me_muted: ["Micro của bạn đang tắt tiếng", "Your microphone is muted"],
  ui_me_suspended: ["Tạm gián đoạn, yêu cầu của bạn được giữ", "Suspended, your request is kept"],
  ui_registration_is_paused: ["Đang tạm dừng đăng ký phát biểu", "Registration to speak is paused"],
  ui_registration_is_closed: ["Chưa mở đăng ký phát biểu", "Registration to speak is closed"],
  ui_others: ["Trong phòng họp", "In the meeting"],
  ui_queue_n: ["{n} người chờ phát biểu", "{n} waiting to speak"],
  ui_fire_leave: ["Có tín hiệu báo cháy. Mọi micro đã tắt.", "Fire alarm. Every microphone is off."],

  // My vote.
  ui_vote_hint: ["Bấm vào một phương án để biểu quyết", "Press an option to vote"],
  ui_vote_pick: ["Chọn {min} đến {max} phương án, rồi gửi", "Choose {min} to {max} options, then send"],
  ui_vote_pick_n: ["Chọn {max} phương án, rồi gửi", "Choose {max} options, then send"],
  ui_vote_send: ["Gửi phiếu: {choice}", "Cast: {choice}"],
  ui_vote_send_none: ["Gửi phiếu", "Cast the vote"],
  ui_vote_recorded: ["Đã ghi nhận: {choice}", "Recorded: {choice}"],
  ui_vote_sending: ["đang gửi", "sending"],
  ui_vote_waits: ["chờ kết nối, sẽ tự gửi", "waits for the connection, goes by itself"],
  ui_vote_counted: ["Đã tính: {choice}", "Counted: {choice}"],
  ui_vote_by_key: ["Đã tính, theo nút bấm tại ghế", "Counted, by the keys at the seat"],
  ui_vote_by_hand: ["Đã tính, nhập khi gọi tên", "Counted, entered at the roll call"],
  ui_vote_elsewhere: ["Đã tính, từ một trang khác của ghế này", "Counted, from another page of this seat"],
  ui_vote_refused: ["Không tính {choice}: {reason}", "Not counted, {choice}: {reason}"],
  ui_vote_secret: [
    "Bỏ phiếu kín: mời dùng nút bấm tại ghế.",
    "Secret ballot: please use the keys at your seat.",
  ],
  ui_vote_called: ["Đang gọi tên bạn", "Your name is called"],

  // Signing in.
  ui_sign_in_here: ["Có mặt", "I am here"],
  ui_sign_in_please: ["Mời điểm danh", "Please check in"],

  // The agenda.
  ui_agenda_none: ["Chưa có chương trình họp", "There is no agenda yet"],
  ui_item_now: ["Đang họp", "Now"],
  ui_item_done: ["Đã xong", "Done"],
  ui_item_minutes: ["{n} phút", "{n} min"],
  ui_item_set: ["Chuyển tới", "Go to"],

  // The chair's page.
  ui_chair_title: ["Bàn chủ trì", "Chair"],
  ui_chair_parts: ["Phần của trang", "Parts of the page"],
  ui_tab_floor: ["Phát biểu", "Speaking"],
  ui_tab_vote: ["Biểu quyết", "Votes"],
  ui_tab_people: ["Điểm danh", "Attendance"],
  ui_tab_agenda: ["Chương trình", "Agenda"],
  ui_tab_begin: ["Khai mạc, chương trình", "Opening, agenda"],
  ui_tab_voting: ["Biểu quyết ({voted}/{present})", "Votes ({voted}/{present})"],
  ui_chair_rules: ["Chế độ và đăng ký phát biểu", "Mode and registration"],
  ui_enter_answer: ["Ghi câu trả lời của {who}", "Enter the answer of {who}"],
};
