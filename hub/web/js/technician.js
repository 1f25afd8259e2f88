/** The technician's page: its elements, its selection and its keys. */

import { openPage } from "./page.js";
import { AlarmList } from "./views/alarm_list.js";
import { AttendancePanel } from "./views/attendance_panel.js";
import { BallotDesk } from "./views/ballot_desk.js";
import { BallotList } from "./views/ballot_list.js";
import { CheckPanel } from "./views/check_panel.js";
import { ConnectionBar } from "./views/connection_bar.js";
import { DeviceTable } from "./views/device_table.js";
import { DrillPanel } from "./views/drill_panel.js";
import { EventLog } from "./views/event_log.js";
import { FireBanner } from "./views/fire_banner.js";
import { FloorPanel } from "./views/floor_panel.js";
import { KeysHelp } from "./views/keys_help.js";
import { LiveAnnouncer } from "./views/announcer.js";
import { LinkPlots } from "./views/link_plots.js";
import { RoomLines } from "./views/room_lines.js";
import { RoomMaps } from "./views/room_maps.js";
import { SceneChoice } from "./views/scene_choice.js";
import { SeatLists } from "./views/seat_lists.js";
import { ThingPanel } from "./views/thing_panel.js";

const ELEMENTS = {
  "connection-bar": ConnectionBar,
  "fire-banner": FireBanner,
  "live-announcer": LiveAnnouncer,
  "room-lines": RoomLines,
  "ballot-desk": BallotDesk,
  "room-maps": RoomMaps,
  "scene-choice": SceneChoice,
  "thing-panel": ThingPanel,
  "floor-panel": FloorPanel,
  "ballot-list": BallotList,
  "attendance-panel": AttendancePanel,
  "check-panel": CheckPanel,
  "link-plots": LinkPlots,
  "drill-panel": DrillPanel,
  "alarm-list": AlarmList,
  "seat-lists": SeatLists,
  "device-table": DeviceTable,
  "event-log": EventLog,
  "keys-help": KeysHelp,
};

const element = (name) => document.querySelector(name);

const { page, draw, start } = openPage({
  elements: ELEMENTS,
  own: { selection: null, aiming: null, ballot: null },
  actions: { select, aim, pickBallot },
  keys: {
    "?": () => element("keys-help").open(),
    "/": () => element("event-log").focusSearch(),
    f: () => element("floor-panel").querySelector("h2").focus(),
    b: () => element(element("ballot-desk").hidden ? "ballot-list" : "ballot-desk").querySelector("h2").focus(),
  },
  otherKey(event) {
    if (/^[1-9]$/.test(event.key)) element("room-maps").focusRoom(Number(event.key) - 1);
  },
  escape() {
    if (!page.selection) return false;
    select(null);
    return true;
  },
  shown(state) {
    document.getElementById("meeting-title").textContent = state.meeting.title ?? "";
  },
});

function select(selection, { focusPanel = false } = {}) {
  const before = page.selection;
  page.selection = selection;
  if (selection?.id !== page.aiming?.id || selection?.room !== page.aiming?.room) page.aiming = null;
  draw();
  const maps = element("room-maps");
  if (selection && focusPanel) element("thing-panel").focusFirst();
  else if (selection) maps.reveal(selection);
  if (!selection && before && !maps.focusOn(before)) maps.focusRoom(0);
}

/** Aim a camera, {room, id, seat} with the seat or null for the proposed one; with null end it. */
function aim(aiming) {
  page.aiming = aiming;
  draw();
}

/** Show a ballot of the list, or with null again the one at hand. */
function pickBallot(key) {
  page.ballot = key;
  draw();
  element(key ? "ballot-desk" : "ballot-list").querySelector("h2").focus();
}

document.getElementById("help-key").addEventListener("click", () => element("keys-help").open());
start();
