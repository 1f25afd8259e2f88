/** Words about displays and scenes: key -> [Vietnamese, English]. */

export const DISPLAY_LABELS = {
  ui_source: ["Nguồn tín hiệu", "Input"],
  ui_volume_label: ["Âm lượng (%)", "Volume (%)"],
  ui_volume_set: ["Đặt âm lượng", "Set the volume"],
  ui_scenes: ["Kịch bản màn hình", "Display scenes"],
  ui_scene: ["Kịch bản", "Scene"],
  ui_scene_none: ["Chưa chọn kịch bản", "No scene chosen"],
  ui_scene_there: ["Màn hình đã đúng kịch bản", "Every display is as the scene says"],
  ui_scene_behind: ["Còn {n} mục chưa đạt", "Not there yet: {n}"],
  ui_scene_by_meeting: ["tự chọn khi bắt đầu họp", "chosen as the meeting began"],
  ui_scene_by_hand: ["do cán bộ kỹ thuật chọn", "chosen by hand"],
  ui_scene_power: ["Nguồn điện", "Power"],
};
