/**
 * Words of the secretary's page: meetings, agenda, papers, roster.
 * Owns the texts; keys without the prefix `ui_` are the project's glossary, word for word.
 */

export const MEETING_LABELS = {
  // Glossary.
  agenda_item: ["Mục chương trình", "Agenda item"],
  meeting_close: ["Bế mạc", "Close the meeting"],
  meeting_open: ["Khai mạc", "Open the meeting"],
  meeting_state_draft: ["Bản nháp", "Draft"],
  meeting_state_ended: ["Đã kết thúc", "Ended"],
  meeting_state_not_begun: ["Chưa khai mạc", "Not opened yet"],
  meeting_state_live: ["Đang diễn ra", "In progress"],
  role_technician: ["Cán bộ kỹ thuật", "Technician"],

  // The page and its list.
  ui_secretary_title: ["Bàn thư ký", "Secretary's desk"],
  ui_secretary_skip: ["Tới cuộc họp đang chọn", "Skip to the meeting"],
  ui_meetings: ["Cuộc họp", "Meetings"],
  ui_meetings_none: ["Chưa có cuộc họp nào được chuẩn bị", "No meeting has been prepared yet"],
  ui_meeting_new: ["Lập cuộc họp", "New meeting"],
  ui_meeting_make: ["Lập", "Create"],
  ui_meeting_undated: ["Chưa có ngày họp", "No date yet"],
  ui_meeting_counts: ["{items} mục · {seats} người · {papers} tài liệu", "{items} items · {seats} people · {papers} papers"],
  ui_meeting_from_file: ["từ tệp của máy chủ", "from the hub's file"],
  ui_meeting_from_file_long: [
    "Lấy từ tệp của máy chủ; tệp mới sẽ thay bản này",
    "From the hub's file; a newer file replaces it",
  ],
  ui_meeting_pick: ["Chọn hoặc lập một cuộc họp", "Choose a meeting, or make one"],
  ui_meeting_fetching: ["Đang mở cuộc họp…", "Opening the meeting…"],
  ui_meeting_untitled: ["Chưa đặt tên", "No title yet"],
  ui_meeting_over: [
    "Cuộc họp đã bế mạc. Muốn dùng lại, hãy sao chép.",
    "This meeting has ended. Copy it to use it again.",
  ],

  // What it leaves.
  ui_records: ["Hồ sơ cuộc họp", "Records"],
  ui_records_speeches: ["Phát biểu", "Speeches"],

  // What is done with a meeting.
  ui_meeting_start_ask: ["Khai mạc, các phòng hiện cuộc họp này", "Open it: the rooms show this meeting"],
  ui_start_taken: ["Một cuộc họp đang diễn ra, cần bế mạc trước", "A meeting is in progress: close it first"],
  ui_meeting_resume: ["Họp tiếp", "Go on with the meeting"],
  ui_meeting_end_ask: ["Bế mạc, tắt mọi micro của đại biểu", "Close it: delegates' microphones go off"],
  ui_meeting_copy: ["Sao chép", "Copy"],
  ui_copy_of: ["{title} (bản sao)", "{title} (copy)"],
  ui_meeting_delete: ["Xóa bản nháp", "Delete the draft"],
  ui_meeting_delete_ask: ["Xóa cả tài liệu của cuộc họp này", "Delete it with all its papers"],
  ui_save_first: ["Lưu thay đổi trước", "Save your changes first"],

  // Saving.
  ui_save: ["Lưu", "Save"],
  ui_saving: ["Đang lưu…", "Saving…"],
  ui_saved: ["Đã lưu", "Saved"],
  ui_outdated: [
    "Cuộc họp vừa được sửa ở nơi khác. Bỏ thay đổi của bạn để xem bản mới.",
    "Somebody else has changed this meeting. Discard your changes to see theirs.",
  ],
  ui_remove: ["Xóa", "Remove"],

  // General.
  ui_meeting_facts: ["Thông tin chung", "General"],
  ui_meeting_title: ["Tên cuộc họp", "Title"],
  ui_meeting_when: ["Ngày giờ", "Date and time"],
  ui_meeting_rooms: ["Họp tại (không chọn: mọi phòng)", "Rooms (none chosen: all of them)"],
  ui_meeting_gate: ["Phải điểm danh mới được biểu quyết", "Only who signed in may vote"],

  // Agenda.
  ui_agenda_sum: ["cả thảy {n} phút", "{n} minutes in all"],
  ui_agenda_empty: ["Chưa có mục nào", "There is no item yet"],
  ui_agenda_add: ["Thêm mục", "Add an item"],
  ui_item_vi: ["Nội dung", "Item (Vietnamese)"],
  ui_item_en: ["Bằng tiếng Anh, nếu cần", "In English"],
  ui_item_presenter: ["Người trình bày", "Presented by"],
  ui_item_length: ["Số phút", "Minutes"],
  ui_item_up: ["Đưa lên", "Move up"],
  ui_item_down: ["Đưa xuống", "Move down"],
  ui_item_first: ["Đã ở đầu", "It is the first"],
  ui_item_last: ["Đã ở cuối", "It is the last"],

  // Papers.
  ui_paper_add: ["Thêm tài liệu", "Add papers"],
  ui_paper_kinds: ["PDF, PNG, JPEG hoặc WebP", "PDF, PNG, JPEG or WebP"],
  ui_paper_save_first: ["Lưu mục này trước khi thêm tài liệu", "Save this item before adding papers"],
  ui_paper_sending: ["Đang gửi {name}…", "Sending {name}…"],
  ui_paper_title: ["Tên tài liệu", "Title of the paper"],
  ui_paper_readers: ["Ai được đọc", "Who may read it"],
  ui_paper_everybody: [
    "Không chọn ai: mọi người dự họp. Thư ký luôn đọc được.",
    "None chosen: everybody in the meeting. The secretary always may.",
  ],
  ui_paper_only: ["chỉ {who}", "only {who}"],
  ui_paper_edit: ["Sửa", "Edit"],
  ui_paper_remove_ask: ["Xóa tài liệu này", "Delete this paper"],

  // What is voted on.
  ui_motions: ["Nội dung biểu quyết", "Votes"],
  ui_motions_none: ["Chưa có nội dung biểu quyết", "Nothing to vote on yet"],
  ui_motion_add: ["Thêm nội dung biểu quyết", "Add a vote"],
  ui_motion_take: ["Thêm vào cuộc họp", "Add to the meeting"],
  ui_motion_no_item: ["Không thuộc mục nào", "Under no item"],

  // The roster.
  ui_roster: ["Danh sách đại biểu", "People"],
  ui_roster_count: ["{n} người", "{n} people"],
  ui_roster_none: [
    "Chưa có danh sách: mọi ghế trong phòng đều dự họp và biểu quyết",
    "There is no list: everybody who has a seat takes part and votes",
  ],
  ui_roster_add: ["Thêm người", "Add a person"],
  ui_roster_import: ["Nhập từ Excel hoặc CSV", "Import from Excel or CSV"],
  ui_roster_export: ["Xuất {kind}", "Export {kind}"],
  ui_roster_template: ["Tệp mẫu {kind}", "Template {kind}"],
  ui_roster_map: [
    "Bấm vào ghế để ghi tên. Ghế nét đứt chưa có trong danh sách.",
    "Press a seat to write down a name. Dashed seats are not in the list.",
  ],
  ui_seat_place: ["Phòng/ghế", "Room/seat"],
  ui_seat_name: ["Họ và tên", "Name"],
  ui_seat_role: ["Vai trò", "Role"],
  ui_seat_role_room: ["Theo phòng", "As in the room"],
  ui_seat_person: ["Mã đại biểu", "Person's id"],
  ui_seat_weight: ["Số phiếu", "Votes"],
  ui_seat_proxy: ["Ủy quyền cho", "Proxy"],
  ui_import_wrong: ["{name}: {n} chỗ cần sửa", "{name}: {n} problems"],
  ui_import_right: ["{name}: {n} người, đọc được hết", "{name}: {n} people, all understood"],
  ui_import_row: ["Dòng {n}", "Row {n}"],
  ui_import_nothing: ["Chưa thay đổi gì. Sửa tệp rồi nhập lại.", "Nothing was changed. Mend the file and import it again."],
  ui_import_same: ["{n} người giữ nguyên", "{n} people stay as they are"],
  ui_import_ignored: ["Cột không dùng: {columns}", "Columns left out: {columns}"],
  ui_import_added: ["Thêm {who}", "New: {who}"],
  ui_import_removed: ["Bớt {who}", "Gone: {who}"],
  ui_import_changed: ["Đổi {who}: {what}", "Changed: {who}: {what}"],
  ui_import_more: ["và {n} thay đổi nữa", "and {n} more changes"],
  ui_import_use: ["Dùng danh sách này", "Use this list"],
};
