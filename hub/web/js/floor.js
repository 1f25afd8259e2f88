/**
 * What the floor means at this moment: times of a turn, what holds everybody back, kinds of
 * request. Pure functions over the snapshot; must not know words (they name label keys).
 */

/** Modes in the order of the keys, with the short label of each. */
export const MODES = [
  ["request", "ui_mode_request_short"],
  ["open", "ui_mode_open_short"],
  ["override", "ui_mode_override_short"],
  ["voice", "ui_mode_voice_short"],
  ["push_to_talk", "mode_push_to_talk"],
  ["chair_only", "mode_chair_only"],
];

export const REGISTRATIONS = [
  ["open", "ui_registration_open"],
  ["paused", "ui_registration_paused"],
  ["closed", "ui_registration_closed"],
];

/** Label of a kind of request in a line of its own; a speech needs none. */
export const KIND_KEYS = { debate: "ui_kind_debate", point_of_order: "ui_kind_point_of_order" };

/** Modes in which nobody waits: the queue is kept, and hidden. */
const NO_QUEUE = new Set(["override", "voice", "push_to_talk"]);

/** Does anybody wait in this mode? */
export function hasQueue(state) {
  const { mode } = state.meeting;
  if (mode === "chair_only") return Boolean(state.floor.settings?.chair_only_queues);
  return !NO_QUEUE.has(mode);
}

/** The clock of a turn stands still. */
export function isStopped(turn) {
  return Boolean(turn.paused);
}

/**
 * Times of a turn: {spentMs, limitMs, leftMs, phase}. `sinceMs` is how long ago the floor was so.
 * `limitMs` and `leftMs` are null where nobody counts. Phase: calm | warning | over.
 */
export function turnTimes(turn, settings, sinceMs) {
  const gone = isStopped(turn) ? 0 : sinceMs;
  const spentMs = (turn.spent_ms ?? 0) + gone;
  if (!Number.isFinite(turn.left_ms)) return { spentMs, limitMs: null, leftMs: null, phase: "calm" };
  const leftMs = turn.left_ms - gone;
  const warningMs = settings.warning_s * 1000;
  const phase = leftMs <= 0 ? "over" : leftMs <= warningMs ? "warning" : "calm";
  return { spentMs, limitMs: spentMs + leftMs, leftMs, phase };
}

/** What holds every delegate back now, gravest first: [{what, key, seat}]. */
export function hushes(floor) {
  const found = [];
  if (floor.muted) found.push({ what: "muted", key: "ui_hush_muted" });
  if (floor.recess) found.push({ what: "recess", key: "ui_hush_recess" });
  if (floor.hold) found.push({ what: "hold", key: "ui_hush_hold", seat: floor.hold.seat });
  return found;
}

/** Fire: {state: "alarm" | "still" | "none", rooms}. *Still*: acknowledged, contact not open. */
export function fire(floor) {
  const rooms = floor.fire_rooms ?? [];
  if (floor.alarm) return { state: "alarm", rooms };
  return { state: rooms.length > 0 ? "still" : "none", rooms };
}

/** Glyph of somebody who waits. */
export function waitingGlyph(kind) {
  return kind === "debate" || kind === "point_of_order" ? kind : "waiting";
}
