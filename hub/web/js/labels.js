/**
 * Every word of the pages: key -> [Vietnamese, English].
 * Owns the texts; must not hold markup or logic. `{name}` marks a place for a value.
 * Keys without the prefix `ui_` are the project's glossary, word for word.
 */

import { ACCESS_LABELS } from "./labels_access.js";
import { BALLOT_LABELS } from "./labels_ballots.js";
import { CAMERA_LABELS } from "./labels_cameras.js";
import { CARE_LABELS } from "./labels_care.js";
import { SCREEN_LABELS } from "./labels_screen.js";
import { DEVICE_LABELS } from "./labels_devices.js";
import { DISPLAY_LABELS } from "./labels_displays.js";
import { FLOOR_LABELS } from "./labels_floor.js";
import { MEETING_LABELS } from "./labels_meetings.js";
import { SEAT_LABELS } from "./labels_seat.js";

export const LABELS = {
  ...FLOOR_LABELS,
  ...BALLOT_LABELS,
  ...CAMERA_LABELS,
  ...MEETING_LABELS,
  ...SEAT_LABELS,
  ...ACCESS_LABELS,
  ...CARE_LABELS,
  ...SCREEN_LABELS,
  ...DISPLAY_LABELS,
  ...DEVICE_LABELS,

  // Glossary.
  alarm: ["Báo động", "Alarm"],
  alarm_warning: ["Cảnh báo", "Warning"],
  camera_overview: ["Cảnh toàn", "Overview shot"],
  display: ["Màn hình", "Display"],
  failure: ["Sự cố", "Incident"],
  hub: ["Máy chủ điều phối", "Hub"],
  log_event: ["Nhật ký sự kiện", "Event log"],
  meeting_state_ready: ["Sẵn sàng", "Ready"],
  paperless_meeting_room: ["Phòng họp không giấy", "Paperless meeting room"],
  role_chair: ["Chủ trì", "Chair"],
  role_delegate: ["Đại biểu", "Delegate"],
  role_guest: ["Khách mời", "Guest"],
  room_controller: ["Bộ điều khiển phòng", "Room controller"],
  seat: ["Ghế", "Seat"],
  seat_map: ["Sơ đồ chỗ ngồi", "Seat map"],
  seat_number: ["Ghế số {n}", "Seat {n}"],

  // Roles the glossary has no line for.
  ui_role_vice_chair: ["Phó chủ trì", "Vice-chair"],
  ui_role_observer: ["Dự thính", "Observer"],

  // States of a seat (palette of the page guide).
  ui_state_opening: ["Đang mở…", "Opening…"],
  ui_state_closing: ["Đang tắt…", "Closing…"],
  ui_state_waiting: ["Chờ phát biểu ({n})", "Waiting ({n})"],
  ui_state_waiting_short: ["Chờ phát biểu", "Waiting"],
  ui_state_present: ["Có mặt", "Present"],
  ui_state_unassigned: ["Chưa gán đại biểu", "No delegate assigned"],
  ui_state_suspended: ["Tạm gián đoạn", "Suspended"],
  ui_state_fault: ["Sự cố", "Fault"],
  ui_state_unconfirmed: ["Chưa xác nhận", "Unconfirmed"],

  // Connection.
  ui_connecting: ["Đang kết nối với máy chủ…", "Connecting to the hub…"],
  ui_connecting_hint: [
    "Trang tự thử lại cho đến khi máy chủ trả lời.",
    "The page keeps trying until the hub answers.",
  ],
  ui_lost_stream: [
    "Mất kết nối với máy chủ từ {time} ({age}). Mọi trạng thái chưa được xác nhận; đang tự kết nối lại.",
    "Connection to the hub lost since {time} ({age}). Nothing below is confirmed; reconnecting by itself.",
  ],
  ui_lost_broker: [
    "Máy chủ mất liên lạc với các phòng. Mọi trạng thái chưa được xác nhận; đang tự kết nối lại.",
    "The hub has lost touch with the rooms. Nothing below is confirmed; reconnecting by itself.",
  ],
  ui_connected: ["Đã kết nối", "Connected"],
  ui_disconnected: ["Mất kết nối", "Disconnected"],

  // Rooms.
  ui_room_counts: [
    "{speaking} đang phát biểu · {waiting} chờ · {seats} ghế",
    "{speaking} speaking · {waiting} waiting · {seats} seats",
  ],
  ui_room_free: [
    "không tham gia cuộc họp, micro do phòng tự điều khiển · {seats} ghế",
    "not part of the meeting, leads its own microphones · {seats} seats",
  ],
  ui_more: ["và {n} việc khác", "and {n} more"],
  ui_room_offline: ["Mất kết nối với phòng", "Link to the room lost"],
  ui_room_offline_since: ["Mất kết nối với phòng, {age}", "Link to the room lost, {age}"],
  ui_room_alone: [
    "Phòng đang chạy độc lập, chưa theo máy chủ",
    "The room runs on its own, not led by the hub",
  ],
  ui_room_starting: ["Phòng vừa khởi động, micro còn tắt", "The room has just started, microphones are off"],
  ui_device_bad: ["{device}: {state}", "{device}: {state}"],
  ui_seats_unconfirmed: ["Ghế {list}: chưa xác nhận", "Seats {list}: unconfirmed"],
  ui_seats_fault: ["Ghế {list}: sự cố", "Seats {list}: fault"],
  ui_no_reason: ["không rõ nguyên nhân", "no reason given"],
  ui_all_confirmed: ["Mọi thiết bị đã trả lời", "Every device has answered"],
  ui_no_rooms: ["Chưa có phòng nào báo về", "No room has reported yet"],
  ui_no_rooms_hint: [
    "Bật bộ điều khiển của phòng; phòng sẽ tự hiện ra ở đây.",
    "Switch on a room's controller; the room appears here by itself.",
  ],
  ui_room_plain: ["Chưa có sơ đồ của phòng này", "This room has not sent its plan yet"],
  ui_front: ["↓ Phía trước", "↓ Front"],
  ui_print: ["In sơ đồ", "Print the maps"],
  ui_legend: ["Chú giải", "Legend"],
  ui_map_hint: [
    "Bấm vào ghế, camera hoặc màn hình để xem và điều khiển. Phím mũi tên đi giữa các ghế, Enter để chọn.",
    "Press a seat, a camera or a display to see and control it. Arrow keys move between seats, Enter selects.",
  ],
  ui_seat_list: ["Danh sách ghế", "Seats"],
  ui_on_air: ["Lên hình", "On air"],

  // Selected thing.
  ui_close: ["Đóng", "Close"],
  ui_gone: ["Không còn trong sơ đồ", "No longer in the plan"],
  ui_open_microphone: ["Bật micro", "Open microphone"],
  ui_close_microphone: ["Tắt micro", "Close microphone"],
  ui_locate_on: ["Nháy đèn tìm ghế", "Flash lamps to find it"],
  ui_locate_off: ["Thôi nháy đèn", "Stop flashing"],
  ui_aim: ["Hướng camera vào ghế", "Aim camera at the seat"],
  ui_aim_with: ["Camera", "Camera"],
  ui_best: ["Tốt nhất: {camera}", "Best: {camera}"],
  ui_no_camera: ["Phòng này không có camera", "This room has no camera"],
  ui_wide: ["Về cảnh toàn", "Go to the overview"],
  ui_aim_seat: ["Hướng vào", "Aim at"],
  ui_aim_go: ["Hướng vào ghế này", "Aim at this seat"],
  ui_power_on: ["Bật màn hình", "Switch display on"],
  ui_power_off: ["Tắt màn hình", "Switch display off"],
  ui_power_off_ask: [
    "Tắt {display} khi có {n} người đang phát biểu",
    "Switch {display} off while {n} speak",
  ],
  ui_cancel: ["Thôi", "Cancel"],
  ui_microphone: ["Micro", "Microphone"],
  ui_lamps: ["Đèn", "Lamps"],
  ui_lamp_red: ["đỏ", "red"],
  ui_lamp_green: ["xanh", "green"],
  ui_lamp_off: ["tắt", "off"],
  ui_lamp_on: ["sáng", "on"],
  ui_lamp_slow: ["nháy chậm", "slow flash"],
  ui_lamp_fast: ["nháy nhanh", "fast flash"],
  ui_on: ["Bật", "On"],
  ui_off: ["Tắt", "Off"],
  ui_unknown: ["chưa rõ", "unknown"],
  ui_aim_figures: ["ngang {pan}°, dọc {tilt}°, rộng {fov}°", "pan {pan}°, tilt {tilt}°, field {fov}°"],
  ui_moving: ["đang quay", "moving"],
  ui_arrived: ["đã tới", "arrived"],
  ui_not_arrived: ["chưa tới", "not there yet"],
  ui_why: ["Lý do", "Why"],
  ui_volume: ["âm lượng {n} %", "volume {n} %"],
  ui_last_answer: ["Trả lời lần cuối", "Last answer"],

  // Devices.
  ui_devices: ["Thiết bị", "Devices"],
  ui_device: ["Thiết bị", "Device"],
  ui_wanted: ["Mong muốn", "Desired"],
  ui_actual: ["Thực tế", "Actual"],
  ui_age: ["Cập nhật", "Updated"],
  ui_health: ["Tình trạng", "Health"],
  ui_health_ok: ["Tốt", "Good"],
  ui_counters: ["Bộ đếm", "Counters"],
  ui_simulated: ["mô phỏng", "simulated"],
  ui_units_wanted: ["{n} micro mở", "microphones open: {n}"],
  ui_units_actual: ["{n} micro mở, {ok}/{all} máy trả lời", "open: {n}, answering: {ok}/{all}"],
  ui_tasks: ["Phần mềm của phòng", "Room software"],
  ui_online: ["Trực tuyến", "Online"],
  ui_offline: ["Ngoại tuyến", "Offline"],
  ui_led_hub: ["theo máy chủ", "led by the hub"],
  ui_led_room: ["chạy độc lập", "on its own"],
  ui_led_free: ["không tham gia cuộc họp, tự điều khiển", "not part of the meeting, leads itself"],
  ui_led_none: ["chờ máy chủ", "waiting for the hub"],
  ui_outbox: ["{n} bản tin chờ gửi", "{n} messages to send"],
  ui_version: ["phiên bản {v}", "version {v}"],
  ui_clock: ["đồng hồ {state}", "clock {state}"],
  ui_clock_synced: ["đã đồng bộ", "synchronised"],
  ui_clock_holdover: ["tự giữ giờ", "holding over"],
  ui_clock_unset: ["chưa đặt giờ", "not set"],
  ui_no_devices: ["Chưa có thiết bị nào báo về", "No device has reported yet"],

  // Alarms and log.
  ui_no_alarms: ["Không có báo động", "No alarms"],
  ui_evidence: ["Bằng chứng", "Evidence"],
  ui_since: ["từ {age}", "since {age}"],
  ui_log_none: ["Chưa có sự kiện nào", "No events yet"],
  ui_log_no_match: ["Không có sự kiện khớp bộ lọc", "No event matches the filter"],
  ui_filter_room: ["Phòng", "Room"],
  ui_filter_text: ["Tìm trong nhật ký", "Search the log"],
  ui_all_rooms: ["Tất cả các phòng", "All rooms"],

  // Commands.
  ui_sent: ["Đã gửi", "Sent"],
  ui_accepted: ["Đã nhận", "Accepted"],
  ui_done: ["Xong", "Done"],
  ui_refused: ["Từ chối: {reason}", "Refused: {reason}"],
  ui_failed: ["Không thực hiện được: {reason}", "Failed: {reason}"],
  ui_expired: ["Quá hạn: {reason}", "Expired: {reason}"],
  ui_not_proved: ["Đã nhận nhưng chưa thấy kết quả", "Accepted, but no result seen yet"],
  ui_not_sent: ["Không gửi được, chưa có kết nối", "Not sent, there is no connection"],

  // Ages and keys.
  ui_age_now: ["vừa xong", "just now"],
  ui_age_s: ["{n} giây trước", "{n} s ago"],
  ui_age_min: ["{n} phút trước", "{n} min ago"],
  ui_age_h: ["{n} giờ trước", "{n} h ago"],
  ui_age_d: ["{n} ngày trước", "{n} days ago"],
  ui_age_none: ["chưa bao giờ", "never"],
  ui_keys: ["Phím tắt", "Keys"],
  ui_key_arrows: ["Đi giữa các ghế và thiết bị trên sơ đồ", "Move between seats and devices on the map"],
  ui_key_enter: ["Chọn ghế hoặc thiết bị, rồi tới nút đầu tiên", "Select, then go to its first button"],
  ui_key_esc: ["Đóng, bỏ chọn, quay lại sơ đồ", "Close, deselect, back to the map"],
  ui_key_rooms: ["Tới sơ đồ của phòng 1, 2, 3…", "To the map of room 1, 2, 3…"],
  ui_key_floor: ["Tới phần phát biểu", "To the speakers and the queue"],
  ui_key_ballot: ["Tới nội dung biểu quyết", "To the ballot"],
  ui_key_log: ["Tìm trong nhật ký", "Search the log"],
  ui_key_help: ["Xem các phím tắt", "Show these keys"],
  ui_skip: ["Tới sơ đồ chỗ ngồi", "Skip to the seat map"],
  ui_votes: ["Biểu quyết", "Vote"],
  ui_lamp_amber: ["vàng", "amber"],
  ui_lamp_sign_in: ["điểm danh", "sign-in"],
  ui_now_speaking: ["{who} đang phát biểu", "{who} is speaking"],
  ui_page_title: ["Bàn kỹ thuật", "Technician's desk"],
};
