/** Every device of every room: what it should do, what it proved, how old that is, how it is. */

import { screenReading } from "../care.js";
import { askingButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { age } from "../format.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { LABELS } from "../labels.js";
import { deviceReading, healthMeaning, isConfirmed, roomIds, sits } from "../meaning.js";
import { roomName } from "../names.js";
import { aimText, arrivalText, displayText, targetText, wantedText } from "./device_bodies.js";

const COLUMNS = ["ui_device", "ui_wanted", "ui_actual", "ui_age", "ui_health"];
/** Key of a room's title among its lines; no device has an empty id. */
const TITLE_ID = "";

export class DeviceTable extends HTMLElement {
  #heading = h("h2", { id: "devices-title" });
  #heads = COLUMNS.map(() => h("th", { scope: "col", role: "columnheader" }));
  #headRow = h("tr", { role: "row" }, ...this.#heads);
  #head = h("thead", { role: "rowgroup" }, this.#headRow);
  #table = h("table", { role: "table", "aria-labelledby": "devices-title" }, this.#head);
  #empty = h("p", { class: "empty" });

  connectedCallback() {
    this.append(this.#heading, this.#table, this.#empty);
  }

  update(view) {
    const ids = roomIds(view.state);
    setText(this.#heading, view.t("ui_devices"));
    setText(this.#empty, view.t("ui_no_devices"));
    setAttr(this.#empty, "hidden", ids.length > 0);
    setAttr(this.#table, "hidden", ids.length === 0);
    this.#heads.forEach((head, i) => setText(head, view.t(COLUMNS[i])));
    // The head is the first of the table's groups; no room has an empty id.
    const make = (id) => (id === "" ? this.#head : makeRoom());
    keyed(this.#table, ["", ...ids], (id) => id, make, (node, id) => node.show?.(view, id));
  }
}

function makeRoom() {
  const title = h("th", { colspan: COLUMNS.length, scope: "rowgroup", role: "rowheader", class: "room-name" });
  const rows = h("tr", { role: "row" }, title);
  const node = h("tbody", { role: "rowgroup" });
  node.show = (view, id) => {
    const room = view.state.rooms[id];
    setText(title, roomName(view, id));
    const lines = [{ id: TITLE_ID }, ...deviceLines(view, id, room).map((line) => ({ ...line, room }))];
    const make = (line) => (line.id === TITLE_ID ? rows : makeRow());
    keyed(node, lines, (line) => line.id, make, (row, line) => row.show?.(view, line));
  };
  return node;
}

/** The lines of a room: its controller, its devices, its software. Pure. */
function deviceLines(view, roomId, room) {
  const confirmed = isConfirmed(view.state, roomId, view.live);
  const known = (room.plan?.devices ?? []).map((device) => deviceLine(view, room, device, confirmed));
  const planned = new Set(known.map((line) => line.id));
  const others = Object.entries(room.devices ?? {})
    .filter(([id]) => !planned.has(id))
    .map(([id, reading]) => ({
      id,
      title: id === "tasks" ? view.t("ui_tasks") : id,
      detail: "",
      wanted: "–",
      actual: "–",
      reading,
      health: healthMeaning(reading, confirmed),
      counters: reading.counters,
    }));
  return [controllerLine(view, room, confirmed), ...screenLines(view, roomId, room), ...known, ...others];
}

/** The page on the room's screen, in a room that has one. The hub hears it, not the room. */
function screenLines(view, roomId, room) {
  const reading = screenReading(room);
  if (!reading) return [];
  const { t } = view;
  const { alive, showing, since_ms: sinceMs } = room.screen;
  const key = `ui_scene_${showing}`;
  const scene = key in LABELS ? t(key) : showing;
  const shown = alive ? t("ui_screen_alive", { scene }) : t(alive === null ? "ui_screen_never" : "ui_screen_silent");
  const since = Number.isFinite(sinceMs) ? t("ui_since", { age: age(view.hubNowMs() - sinceMs, t) }) : "";
  return [{
    id: "screen",
    title: t("ui_screen_device"),
    detail: "",
    wanted: t("ui_on"),
    actual: joined(shown, since),
    reading: null,
    hasNoAge: true,
    health: healthMeaning(reading, view.live),
    screenOf: roomId,
  }];
}

/** What a room proves that cannot be reached. */
const LOST = { health: "fault" };

function controllerLine(view, room, confirmed) {
  const { t } = view;
  const led = sits(room)
    ? { hub: "ui_led_hub", room: "ui_led_room", none: "ui_led_none" }[room.authority]
    : "ui_led_free";
  const isOnline = confirmed && room.online;
  const clockState = room.clock ? t("ui_clock", { state: t(`ui_clock_${room.clock}`) }) : "";
  const since = Number.isFinite(room.since_ms) ? t("ui_since", { age: age(view.hubNowMs() - room.since_ms, t) }) : "";
  const online = [t(isOnline ? "ui_online" : "ui_offline"), since].filter(Boolean).join(" ");
  const outbox = room.outbox ? t("ui_outbox", { n: room.outbox }) : "";
  return {
    id: "controller",
    title: t("room_controller"),
    detail: joined(room.version ? t("ui_version", { v: room.version }) : "", clockState),
    wanted: t("ui_online"),
    actual: joined(online, led ? t(led) : "", outbox),
    reading: null,
    hasNoAge: true,
    health: healthMeaning(room.online ? { health: "ok" } : LOST, confirmed || !room.online),
    // What the supervisor had to start again, by name.
    counters: room.restarts ?? {},
  };
}

function deviceLine(view, room, device, confirmed) {
  const reading = deviceReading(room, device);
  const [wanted, actual] = wantedAndActual(view, room, device, reading);
  return {
    id: device.id,
    title: said(device.title, view.lang) || device.id,
    detail: joined(device.model, device.simulated ? view.t("ui_simulated") : ""),
    wanted,
    actual,
    reading,
    other: room.devices?.[device.id],
    health: healthMeaning(reading, confirmed),
    counters: room.devices?.[device.id]?.counters ?? {},
  };
}

function wantedAndActual({ t }, room, device, reading) {
  if (device.kind === "camera") {
    return [targetText(reading?.target, t), joined(aimText(reading, t), arrivalText(reading, t))];
  }
  if (device.kind === "display") return [wantedText(reading, t), displayText(reading, t)];
  if (device.kind === "audio") {
    const heard = Object.keys(room.audio?.heard_s ?? {}).length;
    return ["–", room.audio?.listens ? t("ui_heard_seats", { n: heard }) : "–"];
  }
  if (device.kind !== "units") return ["–", "–"];
  const seats = room.plan.seats.filter((seat) => seat.device === device.id);
  const actuals = seats.map((seat) => room.seats?.[seat.number]).filter(Boolean);
  const count = (holds) => actuals.filter(holds).length;
  const answering = { all: seats.length, ok: count((a) => a.health === "ok"), n: count((a) => a.microphone) };
  return [t("ui_units_wanted", { n: count((a) => a.wanted) }), t("ui_units_actual", answering)];
}

/**
 * What is counted, in words: a device's counter, or a part of the room's software by its name. What
 * has no label is shown as it is called.
 */
export function counterName({ t, lang }, room, name) {
  const keyOf = (text) => `counter_${text.replaceAll(" ", "_")}`;
  if (keyOf(name) in LABELS) return t(keyOf(name));
  const [id, ...rest] = name.split(" ");
  const device = room.plan?.devices.find((each) => each.id === id);
  if (!device) return name;
  const part = rest.join(" ");
  return joined(said(device.title, lang) || id, keyOf(part) in LABELS ? t(keyOf(part)) : part);
}

function makeRow() {
  const title = h("span", { class: "name" });
  const detail = h("span", { class: "detail" });
  const cells = [
    h("th", { scope: "row", role: "rowheader" }),
    ...COLUMNS.slice(1).map(() => h("td", { role: "cell" })),
  ];
  const state = stateWord();
  const reason = h("span", { class: "reason" });
  const summary = h("summary");
  const list = h("dl", { class: "counters" });
  const counters = h("details", {}, summary, list);
  cells[0].append(title, detail);
  cells[4].append(h("div", { class: "health" }, state.node, reason, counters));
  const node = h("tr", { role: "row" }, ...cells);
  const keys = screenKeys();
  cells[0].append(keys.node);
  node.show = (view, line) => {
    keys.update(view, line.screenOf);
    setAttr(node, "data-device", line.id);
    setAttr(node, "data-state", line.health.state);
    setText(title, line.title);
    setText(detail, line.detail);
    const ageText = line.hasNoAge ? "–" : view.ageText(line.reading, line.other);
    [line.wanted, line.actual, ageText].forEach((text, i) => {
      setText(cells[i + 1], text);
      setAttr(cells[i + 1], "data-label", view.t(COLUMNS[i + 1]));
    });
    state.set(line.health.state, view.t(line.health.key));
    setText(reason, said(line.health.reason, view.lang));
    const entries = Object.entries(line.counters ?? {});
    setAttr(counters, "hidden", entries.length === 0);
    setText(summary, view.t("ui_counters"));
    keyed(list, entries, ([name]) => name, () => h("div", {}, h("dt"), h("dd")), (pair, [name, count]) => {
      setText(pair.firstChild, counterName(view, line.room, name));
      setText(pair.lastChild, String(count));
    });
  };
  return node;
}

/** Keys of a room's screen: open its page here, or do not watch it any more. */
function screenKeys() {
  let now = null;
  const open = h("a", { class: "action small", target: "_blank", rel: "noopener" });
  const forget = askingButton(() => now.view.commands.send("expect_screen", { room: now.room, on: false }, {
    thing: `screen:${now.room}`,
    labelKey: "ui_screen_forget",
    proof: (state) => !state.rooms[now.room]?.screen,
  }), { kind: "quiet small" });
  const node = h("div", { class: "row-keys", hidden: true }, open, forget.node);
  return {
    node,
    update(view, room) {
      now = { view, room };
      setAttr(node, "hidden", !room);
      if (!room) return;
      const { t } = view;
      setText(open, t("ui_screen_open"));
      setAttr(open, "href", `/display/${encodeURIComponent(room)}?lang=${view.lang}`);
      const words = { question: t("ui_screen_forget_ask"), cancel: t("ui_cancel") };
      forget.update({ label: t("ui_screen_forget"), ...words, ...view.may(null) });
    },
  };
}
