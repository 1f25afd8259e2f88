/** What the panels of all devices have in common, and what they proved, in words. */

import { joined } from "../dom.js";
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

/** On, off, or a dash where nothing was asked. */
function powerText(power, t) {
  return power === null || power === undefined ? "–" : t(power ? "ui_on" : "ui_off");
}

/** What was asked of a display last, in words. */
export function wantedText(actual, t) {
  const { wanted_power: power, wanted_source: source, wanted_volume: volume } = actual ?? {};
  const isAsked = typeof power === "boolean" || !(source || Number.isInteger(volume));
  const loudness = Number.isInteger(volume) ? t("ui_volume", { n: volume }) : "";
  return joined(isAsked && powerText(power, t), source, loudness);
}

/** What a display proved, in words. */
export function displayText(actual, t) {
  if (!actual || actual.power === null) return t("ui_unknown");
  if (!actual.power) return t("ui_off");
  const volume = actual.volume === null ? "" : t("ui_volume", { n: actual.volume });
  return joined(t("ui_on"), actual.source, volume);
}
