/**
 * What a room's screen shows now: one scene, and who stands in it. Pure functions over the
 * snapshot; must not know words or nodes (they name label keys).
 */

import { hasResult, isRunning } from "./ballots.js";
import { fire, hasQueue } from "./floor.js";
import { isChair, isConfirmed, roomIds, sits } from "./meaning.js";

/** A result stays at least so long, even when somebody has the floor already. */
export const RESULT_LEAST_MS = 30_000;
/** And so long while nobody has. */
const RESULT_MOST_MS = 600_000;

/** Names under the one who speaks, and names that wait: more cannot be read from ten metres. */
const OTHERS_SHOWN = 2;
const WAITING_SHOWN = 3;

const VOTING = new Set(["ready_check", "open", "paused", "closing", "counted"]);

/**
 * The scene of a room: {name, ballot}. `name` is fire | fire_elsewhere | free | ballot | result |
 * recess | floor | welcome; free: the meeting does not sit here. `sinceMs(ballot)` is how long this screen has known its result.
 */
export function sceneOf(state, roomId, sinceMs) {
  const burning = fireScene(state.floor, roomId);
  if (burning) return { name: burning, ballot: null };
  if (!sits(state.rooms[roomId])) return { name: "free", ballot: null };
  const ballot = newestBegun(state);
  if (ballot && VOTING.has(ballot.stage)) return { name: "ballot", ballot };
  const speaks = state.floor.speaking.length > 0;
  if (ballot?.stage === "announced" && ballot.result) {
    if (sinceMs(ballot) < (speaks ? RESULT_LEAST_MS : RESULT_MOST_MS)) return { name: "result", ballot };
  }
  if (state.floor.recess) return { name: "recess", ballot: null };
  const waits = hasQueue(state) && state.floor.queue.length > 0;
  return { name: speaks || waits ? "floor" : "welcome", ballot: null };
}

/** Who is burning leaves; who is not is told. A closed contact goes on counting after the alarm. */
function fireScene(floor, roomId) {
  const found = fire(floor);
  if (found.rooms.includes(roomId)) return "fire";
  return found.state === "alarm" ? "fire_elsewhere" : null;
}

/** The ballot that people think of: a running one, else the newest that has been begun. */
function newestBegun(state) {
  const begun = (state.ballots ?? []).filter((ballot) => ballot.stage !== "draft" && ballot.stage !== "withdrawn");
  return begun.find((ballot) => VOTING.has(ballot.stage)) ?? begun.at(-1) ?? null;
}

/** Counts for the screen: {counts, isFinal}; counts are null while they are hidden. */
export function shownCounts(ballot) {
  if (ballot.stage === "announced") return { counts: ballot.result?.counts ?? ballot.counts, isFinal: true };
  return { counts: hasResult(ballot) ? null : ballot.counts, isFinal: false };
}

/** Is the time of a vote running? */
export function isTimed(ballot) {
  return isRunning(ballot) && Number.isFinite(ballot.remaining_ms);
}

/**
 * Who has the floor: {first, others, more}. The newest delegate is the one to look at; a chair,
 * whose microphone may be open all the time, comes after the delegates.
 */
export function speakers(state) {
  const all = [...state.floor.speaking].sort(
    (a, b) => isChair(a.role) - isChair(b.role) || b.since_ms - a.since_ms,
  );
  const [first = null, ...rest] = all;
  const others = rest.slice(0, OTHERS_SHOWN);
  return { first, others, more: rest.length - others.length };
}

/**
 * State of somebody who has the floor: {state, key}. Speaking is what the unit proved: the public
 * audience is told it by seat, the whole snapshot by room.
 */
export function turnMeaning(state, turn, live) {
  const [room, number] = turn.seat.split("/");
  if (!isConfirmed(state, room, live) || turn.suspended) {
    return live ? TURN_STATES.suspended : TURN_STATES.unconfirmed;
  }
  if (turn.muted) return TURN_STATES.muted;
  const told = state.seats ? state.seats[turn.seat]?.open : state.rooms[room].seats?.[number]?.microphone;
  return { true: TURN_STATES.speaking, false: TURN_STATES.opening }[String(told)] ?? TURN_STATES.unconfirmed;
}

const TURN_STATES = Object.fromEntries(
  ["opening", "muted", "suspended", "unconfirmed"].map((state) => [state, { state, key: `ui_state_${state}` }]),
);
TURN_STATES.speaking = { state: "speaking", key: "speak_state_speaking" };

/** Who waits: {shown, more}; nobody in a mode without a queue. */
export function waiting(state) {
  const queue = hasQueue(state) ? state.floor.queue : [];
  const shown = queue.slice(0, WAITING_SHOWN);
  return { shown, more: queue.length - shown.length };
}

/** The item of the agenda that is being dealt with, or null. */
export function currentItem(state) {
  const { agenda = [], item = null } = state.meeting;
  return agenda.find((entry) => entry.id === item) ?? null;
}

/** Every other room of the meeting, and whether it can be reached: [{id, title, online}]. */
export function otherRooms(state, roomId, live) {
  const linked = live && state.hub.broker === "connected";
  return roomIds(state)
    .filter((id) => id !== roomId && sits(state.rooms[id]))
    .map((id) => ({ id, title: state.rooms[id].title, online: linked ? Boolean(state.rooms[id].online) : null }));
}

/** Room of an address such as `/display/main`. */
export function roomOfPath(path) {
  return decodeURIComponent(path.split("/").filter(Boolean)[1] ?? "");
}
