/** The panel of a display, and what the panels of all devices have in common. */

import { actionButton, askingButton, commandNote, fact } from "../controls.js";
import { h, joined } from "../dom.js";
import { degrees } from "../format.js";
import { said } from "../i18n.js";
import { healthMeaning, isConfirmed } from "../meaning.js";

/** What a camera is after, in words: a seat, the overview, or nothing. */
export function targetText(target, t) {
  if (!target) return "–";
  return target === "wide" ? t("camera_overview") : t("seat_number", { n: target.split("/")[1] });
}

/** What a camera proved, in words. */
export function aimText(actual, t) {
  if (!actual || actual.pan_deg === null) return t("ui_unknown");
  const [pan, tilt, fov] = [actual.pan_deg, actual.tilt_deg, actual.fov_deg].map((deg) => degrees(deg, t.lang));
  return t("ui_aim_figures", { pan, tilt, fov });
}

/** Is it there yet? */
export function arrivalText(actual, t) {
  if (actual?.moving) return t("ui_moving");
  if (actual?.arrived === null || actual?.arrived === undefined) return "";
  return t(actual.arrived ? "ui_arrived" : "ui_not_arrived");
}

/** Health in a word, with its reason. */
export function healthText(reading, confirmed, t) {
  const health = healthMeaning(reading, confirmed);
  return [t(health.key), said(health.reason, t.lang)].filter(Boolean).join(": ");
}

/** The head of a device's panel. */
export function heading(view, roomId, device, reading) {
  const health = healthMeaning(reading, isConfirmed(view.state, roomId, view.live));
  const simulated = device.simulated ? view.t("ui_simulated") : "";
  return {
    title: said(device.title, view.lang) || device.id,
    subtitle: joined(device.model, simulated, said(view.state.rooms[roomId].title, view.lang)),
    state: health.state,
    word: view.t(health.key),
  };
}

/** A device of the room's plan, or null. */
export function deviceOf(view, roomId, id) {
  return view.state.rooms[roomId]?.plan?.devices.find((device) => device.id === id) ?? null;
}

/** The head of a panel whose thing is no longer in the plan. */
export function gone(view, title) {
  return { title, subtitle: view.t("ui_gone"), state: "unconfirmed", word: view.t("ui_state_unconfirmed") };
}

export class DisplayBody {
  #on = actionButton(() => this.#send(true));
  #off = askingButton(() => this.#send(false));
  #note = commandNote();
  #facts = { wanted: fact(), actual: fact(), health: fact(), answer: fact() };
  #view = null;

  constructor({ room, id }) {
    this.room = room;
    this.id = id;
    this.node = h(
      "div",
      { class: "body-columns" },
      h("div", { class: "actions" }, h("div", { class: "row" }, this.#on.node, this.#off.node), this.#note.node),
      h("dl", { class: "facts" }, ...Object.values(this.#facts).map((f) => f.node)),
    );
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const device = deviceOf(view, this.room, this.id);
    if (!device) return gone(view, this.id);
    const actual = state.rooms[this.room].displays?.[this.id] ?? null;
    const may = view.may(this.room);
    const title = said(device.title, view.lang) || device.id;
    const n = state.floor.speaking.length;
    this.#on.update({ label: t("ui_power_on"), ...may, primary: actual?.power !== true });
    this.#off.update({
      label: t("ui_power_off"),
      question: n > 0 ? t("ui_power_off_ask", { display: title, n }) : null,
      cancel: t("ui_cancel"),
      ...may,
      primary: actual?.power === true,
    });
    this.#facts.wanted.set(t("ui_wanted"), powerText(actual?.wanted_power, t));
    this.#facts.actual.set(t("ui_actual"), displayText(actual, t));
    this.#facts.health.set(t("ui_health"), healthText(actual, isConfirmed(state, this.room, view.live), t));
    this.#facts.answer.set(t("ui_last_answer"), view.ageText(actual, view.state.rooms[this.room].devices?.[this.id]));
    this.#note.update(view, `display:${this.room}/${this.id}`);
    return heading(view, this.room, device, actual);
  }

  #send(on) {
    this.#view.commands.send("display_power", { room: this.room, display: this.id, on }, {
      thing: `display:${this.room}/${this.id}`,
      labelKey: on ? "ui_power_on" : "ui_power_off",
      isDeviceCommand: true,
    });
  }
}

/** On, off, or a dash where nothing was asked. */
export function powerText(power, t) {
  return power === null || power === undefined ? "–" : t(power ? "ui_on" : "ui_off");
}

/** What a display proved, in words. */
export function displayText(actual, t) {
  if (!actual || actual.power === null) return t("ui_unknown");
  if (!actual.power) return t("ui_off");
  const volume = actual.volume === null ? "" : t("ui_volume", { n: actual.volume });
  return joined(t("ui_on"), actual.source, volume);
}
