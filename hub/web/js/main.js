/**
 * The technician's page: wires stream, store, commands and views.
 * The page is a function of the store and the time; nothing else remembers the state of a room.
 */

import { Commands } from "./commands.js";
import { age } from "./format.js";
import { initialLanguage, rememberLanguage, translateDocument, translator } from "./i18n.js";
import { isConfirmed } from "./meaning.js";
import { EMPTY, Store } from "./store.js";
import { follow } from "./stream.js";
import { AlarmList } from "./views/alarm_list.js";
import { AttendancePanel } from "./views/attendance_panel.js";
import { BallotDesk } from "./views/ballot_desk.js";
import { BallotList } from "./views/ballot_list.js";
import { ConnectionBar } from "./views/connection_bar.js";
import { DeviceTable } from "./views/device_table.js";
import { EventLog } from "./views/event_log.js";
import { FireBanner } from "./views/fire_banner.js";
import { FloorPanel } from "./views/floor_panel.js";
import { KeysHelp } from "./views/keys_help.js";
import { LiveAnnouncer } from "./views/announcer.js";
import { RoomLines } from "./views/room_lines.js";
import { RoomMaps } from "./views/room_maps.js";
import { SeatLists } from "./views/seat_lists.js";
import { ThingPanel } from "./views/thing_panel.js";
import { WhoAmI } from "./views/who_am_i.js";

const ELEMENTS = {
  "connection-bar": ConnectionBar,
  "fire-banner": FireBanner,
  "live-announcer": LiveAnnouncer,
  "room-lines": RoomLines,
  "ballot-desk": BallotDesk,
  "room-maps": RoomMaps,
  "thing-panel": ThingPanel,
  "floor-panel": FloorPanel,
  "ballot-list": BallotList,
  "attendance-panel": AttendancePanel,
  "alarm-list": AlarmList,
  "seat-lists": SeatLists,
  "device-table": DeviceTable,
  "event-log": EventLog,
  "keys-help": KeysHelp,
  "who-am-i": WhoAmI,
};

/** Clocks and ages are redrawn this often, in step with the seconds they show. */
const TICK_MS = 500;

const store = new Store();
const commands = new Commands(() => draw());
const page = { lang: initialLanguage(), live: false, lostSinceMs: null, selection: null, aiming: null, ballot: null, isDrawing: false };

for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
const views = Object.keys(ELEMENTS).map((name) => document.querySelector(name));
const maps = document.querySelector("room-maps");
const panel = document.querySelector("thing-panel");
const floor = document.querySelector("floor-panel");
const ballots = document.querySelector("ballot-list");
const desk = document.querySelector("ballot-desk");
const log = document.querySelector("event-log");
const help = document.querySelector("keys-help");

/** What single keys do, outside fields. */
const KEYS = {
  "?": () => help.open(),
  "/": () => log.focusSearch(),
  f: () => floor.querySelector("h2").focus(),
  b: () => (desk.hidden ? ballots : desk).querySelector("h2").focus(),
};

function currentView() {
  const t = translator(page.lang);
  return {
    ...page,
    t,
    state: store.state,
    commands,
    select,
    aim,
    pickBallot,
    refresh,
    sinceMs: (value) => store.sinceMs(value),
    hubNowMs: () => store.hubNowMs(),
    ageText: (reading, other) => provedAge(reading, store.ageMs(reading, other), t),
    may: (roomId) => permission(roomId, t),
  };
}

/** Age of a proof in words. One that is good but came without its age has none to show. */
function provedAge(reading, ageMs, t) {
  return ageMs === null && reading?.health === "ok" ? "–" : age(ageMs, t);
}

/** May a command be given now? About one room, or with null about the whole meeting. */
function permission(roomId, t) {
  const enabled = roomId === null ? page.live : isConfirmed(store.state, roomId, page.live);
  return { enabled, why: enabled ? null : t("ui_not_sent") };
}

function draw() {
  const root = document.documentElement;
  root.dataset.phase = store.state === EMPTY ? "connecting" : "shown";
  root.dataset.live = String(page.live);
  if (store.state === EMPTY) return;
  commands.follow(store.state);
  const view = currentView();
  document.getElementById("meeting-title").textContent = store.state.meeting.title ?? "";
  for (const element of views) element.update(view);
}

/** Draw once before the next frame, however much changes until then. */
function refresh() {
  if (page.isDrawing) return;
  page.isDrawing = true;
  requestAnimationFrame(() => {
    page.isDrawing = false;
    draw();
  });
}

function select(selection, { focusPanel = false } = {}) {
  const before = page.selection;
  page.selection = selection;
  if (selection?.id !== page.aiming?.id || selection?.room !== page.aiming?.room) page.aiming = null;
  draw();
  if (selection && focusPanel) panel.focusFirst();
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
  if (key) desk.querySelector("h2").focus();
  else ballots.querySelector("h2").focus();
}

function setLanguage(lang) {
  page.lang = lang;
  rememberLanguage(lang);
  translateDocument(document, lang);
  for (const key of document.querySelectorAll("[data-lang]")) {
    key.setAttribute("aria-pressed", String(key.dataset.lang === lang));
  }
  draw();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && page.selection) {
    select(null);
    return;
  }
  if (event.target.closest("input, select, textarea, dialog") || store.state === EMPTY) return;
  const act = KEYS[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  } else if (/^[1-9]$/.test(event.key)) maps.focusRoom(Number(event.key) - 1);
}

document.addEventListener("keydown", onKey);
document.getElementById("help-key").addEventListener("click", () => help.open());
for (const key of document.querySelectorAll("[data-lang]")) {
  key.addEventListener("click", () => setLanguage(key.dataset.lang));
}
store.subscribe(refresh);
setInterval(draw, TICK_MS);
setLanguage(page.lang);
follow("/api/v1/stream", {
  onMessage(message) {
    if (message.event === "snapshot") Object.assign(page, { live: true, lostSinceMs: null });
    store.take(message);
  },
  onLost() {
    if (page.live) Object.assign(page, { live: false, lostSinceMs: Date.now() });
    refresh();
  },
});
