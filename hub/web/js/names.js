/**
 * How rooms and seats are called on a page, by the names that stand in the state.
 * Pure; `view` has the state and the language.
 */

import { joined } from "./dom.js";
import { said } from "./i18n.js";
import { seatsOf } from "./meaning.js";

/** The room's title; while it has none, its id. */
export function roomName({ state, lang }, id) {
  return said(state.rooms[id]?.title, lang) || id;
}

export function roomNames(view, ids) {
  return ids.map((id) => roomName(view, id)).join(", ");
}

/** Name of whoever sits there; without one, the seat. */
export function nameAt({ state, t }, seat) {
  const [roomId, number] = seat.split("/");
  return state.rooms[roomId]?.names?.[number] || t("seat_number", { n: number });
}

/** The seats of a room to choose from: [seat, its number and name]. */
export function seatChoices({ state, t }, roomId) {
  const room = state.rooms[roomId];
  return seatsOf(room).map(({ number: n }) => [`${roomId}/${n}`, joined(t("seat_number", { n }), room.names?.[n])]);
}
