/**
 * What the meeting means to one seat: my turn, my vote, my attendance.
 * Pure functions over the public snapshot; must not know words (they name label keys).
 */

import { hasQueue, turnTimes } from "./floor.js";
import { sits } from "./meaning.js";

/** The seat of the page's address, `?seat=main/12`; null without one. */
export function seatOfAddress(search) {
  const seat = new URLSearchParams(search).get("seat");
  return seat && /^[a-z0-9-]{1,32}\/[1-9][0-9]{0,3}$/.test(seat) ? seat : null;
}

/** Room and number of a seat. */
export function placeOf(seat) {
  const [room, number] = seat.split("/");
  return { room, number };
}

/** Does the meeting have this seat? */
export function isKnown(state, seat) {
  return sits(state.rooms[placeOf(seat).room]) && exists(state, seat);
}

/** Is the seat there, in a room in which the meeting does not sit? */
export function isOutside(state, seat) {
  return !isKnown(state, seat) && exists(state, seat);
}

function exists(state, seat) {
  const { room, number } = placeOf(seat);
  return Boolean(state.rooms[room]?.plan.seats.some((place) => String(place.number) === number));
}

/**
 * How the seat stands with the floor: {state, key, turn, place, action}. `place` counts from 0,
 * `action` is what the one big key does: ask | withdraw | end.
 */
export function turnOf(state, seat) {
  const turn = state.floor.speaking.find((each) => each.seat === seat) ?? null;
  if (turn) return { ...speaking(state, seat, turn), turn, place: -1, action: "end" };
  const place = hasQueue(state) ? state.floor.queue.findIndex((each) => each.seat === seat) : -1;
  if (place < 0) return { state: "present", key: "ui_me_silent", turn, place, action: "ask" };
  const { kind, suspended } = state.floor.queue[place];
  if (suspended) return { state: "suspended", key: "ui_me_suspended", turn, place, action: "withdraw" };
  const shape = kind === "speech" || !kind ? "waiting" : kind;
  return { state: shape, key: place === 0 ? "ui_me_waiting_next" : "ui_me_waiting_ahead", turn, place, action: "withdraw" };
}

function speaking(state, seat, turn) {
  if (turn.suspended) return { state: "suspended", key: "ui_me_suspended" };
  if (turn.muted) return { state: "muted", key: "ui_me_muted" };
  const { open = null } = state.seats?.[seat] ?? {};
  if (open === true) return { state: "speaking", key: "ui_me_speaking" };
  return open === false
    ? { state: "opening", key: "ui_me_opening" }
    : { state: "unconfirmed", key: "ui_me_unconfirmed" };
}

/** Times of my turn, see `turnTimes`; null when it is not mine. */
export function timesOf(state, turn, sinceMs) {
  return turn ? turnTimes(turn, state.floor.settings, sinceMs) : null;
}

/** The ballot that everybody is shown, or null. */
export function ballotOf(state) {
  return state.ballots?.at(-1) ?? null;
}

/**
 * What stands for me in a ballot: {state, key, choices}. `entry` is this page's last press.
 * Until the stream tells otherwise, what the hub answered this page is the newest that is known.
 */
export function voteOf(state, seat, entry) {
  const told = state.seats?.[seat]?.vote ?? null;
  if (entry?.status === "recorded") return { state: "vote_recorded", key: "ui_vote_recorded", choices: entry.choices };
  const isMine = entry?.status === "counted" && (told === entry.press || told === (entry.before ?? null));
  if (isMine) return { state: "vote_counted", key: "ui_vote_counted", choices: entry.choices };
  if (told === null) return { state: "vote_waiting", key: "vote_not_yet", choices: [] };
  const key = { key: "ui_vote_by_key", hand: "ui_vote_by_hand" }[told] ?? "ui_vote_elsewhere";
  return { state: "vote_counted", key, choices: [] };
}

/** May the seat still press? Null: yes; else a label key that says why not ("" where it is plain). */
export function closedTo(ballot, vote) {
  if (ballot.kind === "secret") return "ui_vote_secret";
  if (ballot.stage !== "open") return "";
  return ballot.press === "first_press" && vote.state !== "vote_waiting" ? "ui_first_press" : null;
}

/** Must the choice be sent with a key of its own? Where it is several, or cannot be changed. */
export function isSentApart(ballot) {
  return (ballot.picks_max ?? 1) > 1 || ballot.press === "first_press";
}
