/** Fault drills of simulated rooms: choose, see what to expect, begin, end. */

import { drillRooms } from "../care.js";
import { actionButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText, showOptions } from "../dom.js";
import { said } from "../i18n.js";
import { LABELS } from "../labels.js";
import { roomIds } from "../meaning.js";
import { roomName } from "../names.js";

export class DrillPanel extends HTMLElement {
  #summary = h("summary");
  #hint = h("p", { class: "hint" });
  #room = choice("drill-room", "ui_drill_room", () => this.#again());
  #device = choice("drill-device", "ui_drill_device", () => this.#again());
  #fault = choice("drill-fault", "ui_drill_fault", () => this.#again());
  #expect = h("p", { class: "expect" });
  #begin = actionButton(() => this.#send(this.#chosen(), true));
  #note = commandNote();
  #standingTitle = h("h3");
  #standing = h("ul", { class: "drills", role: "list" });
  #view = null;

  connectedCallback() {
    const choices = h("div", { class: "drill-choices" }, this.#room.node, this.#device.node, this.#fault.node);
    this.append(h("details", {}, this.#summary, this.#hint, choices, this.#expect, this.#begin.node,
      this.#note.node), this.#standingTitle, this.#standing);
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const rooms = drillRooms(state, roomIds(state));
    setAttr(this, "hidden", rooms.length === 0);
    if (rooms.length === 0) return;
    setText(this.#summary, t("ui_drills"));
    setText(this.#hint, t("ui_drill_hint"));
    this.#room.update(view, rooms.map(({ id }) => [id, roomName(view, id)]));
    const room = rooms.find(({ id }) => id === this.#room.value) ?? rooms[0];
    this.#device.update(view, room.devices.map(({ id }) => [id, deviceName(view, room.id, id)]));
    const device = room.devices.find(({ id }) => id === this.#device.value) ?? room.devices[0];
    this.#fault.update(view, device.faults.map((id) => [id, faultName(id, t)]));
    setText(this.#expect, t("ui_drill_expect", { what: t(expectKey(this.#fault.value)) }));
    this.#begin.update({ label: t("ui_drill_begin"), ...view.may(room.id) });
    this.#note.update(view, "drill");
    const standing = rooms.flatMap(({ id, standing: on }) => on.map(([device_, fault]) => ({ room: id, device: device_, fault })));
    setAttr(this.#standingTitle, "hidden", standing.length === 0);
    setText(this.#standingTitle, t("ui_drill_standing"));
    const end = (drill) => this.#send(drill, false);
    keyed(this.#standing, standing, (d) => `${d.room}/${d.device}`, () => makeStanding(end), (node, d) => node.show(view, d));
  }

  #again() {
    if (this.#view) this.update(this.#view);
  }

  #chosen() {
    return { room: this.#room.value, device: this.#device.value, fault: this.#fault.value };
  }

  #send({ room, device, fault }, on) {
    this.#view.commands.send("drill", { room, device, fault, on }, {
      thing: "drill", labelKey: on ? "ui_drill_begin" : "ui_drill_end", isDeviceCommand: true,
    });
  }
}

/** A labelled list to choose from: {node, value, update(view, [[id, label]])}. */
function choice(id, labelKey, changed) {
  const label = h("label", { for: id });
  const select = h("select", { id, on: { change: changed } });
  const node = h("div", { class: "field" }, label, select);
  return {
    node,
    get value() {
      return select.value;
    },
    update({ t }, options) {
      setText(label, t(labelKey));
      showOptions(select, options);
      if (select.selectedIndex < 0) select.selectedIndex = 0;
    },
  };
}

function makeStanding(end) {
  let now = null;
  const words = h("span");
  const button = actionButton(() => end(now), { kind: "small" });
  const node = h("li", { class: "row" }, words, button.node);
  node.show = (view, drill) => {
    now = drill;
    const { t } = view;
    const room = roomName(view, drill.room);
    setText(words, joined(deviceName(view, drill.room, drill.device), faultName(drill.fault, t), room));
    button.update({ label: t("ui_drill_end"), ...view.may(drill.room) });
  };
  return node;
}

function deviceName(view, room, id) {
  const device = view.state.rooms[room].plan?.devices.find((one) => one.id === id);
  if (id.startsWith("seat-")) return view.t("seat_number", { n: id.slice(5) });
  return said(device?.title, view.lang) || id;
}

/** A fault that this page has no words for keeps its own name. */
function faultName(fault, t) {
  const key = `ui_fault_${fault}`;
  return key in LABELS ? t(key) : fault;
}

function expectKey(fault) {
  const key = `ui_expect_${fault}`;
  return key in LABELS ? key : "ui_expect_other";
}
