/**
 * What a camera's part of the state means: sightings, how good its aims are, its picture, sound.
 * Pure functions; they name label keys and shapes, never words or pixels.
 */

/** Sightings a technician is asked for. */
export const ASKED = 4;

/** An aim so far off still has the head in the middle; a worse one needs a look. */
const GOOD_DEG = 1.2;
const DOUBTFUL_DEG = 2.5;

/** A picture older than this is not shown as what is. */
const PICTURE_FRESH_MS = 4_000;

/** Quiet room and loud voice, in dBFS: the ends of a level's bar. */
const QUIET_DBFS = -60;
const LOUD_DBFS = -10;

/** The steps of guided aiming: {seat, state: "done" | "now" | "later"}, what is asked first. */
export function aimSteps(actual, chosen = null) {
  const done = actual?.sightings ?? [];
  const proposed = (actual?.propose ?? []).filter((seat) => !done.includes(seat));
  const next = chosen ?? proposed[0] ?? null;
  const rest = proposed.filter((seat) => seat !== next).slice(0, Math.max(0, ASKED - done.length - 1));
  return [
    ...done.filter((seat) => seat !== next).map((seat) => ({ seat, state: "done" })),
    ...(next ? [{ seat: next, state: "now" }] : []),
    ...rest.map((seat) => ({ seat, state: "later" })),
  ];
}

/** The seat to aim at now: what the person chose, else what is proposed. */
export function aimSeat(actual, chosen) {
  return chosen ?? (actual?.propose ?? []).find((seat) => !(actual.sightings ?? []).includes(seat)) ?? null;
}

/** How good an expected error is: {state, key}; `state` names the shape. */
export function aimGrade(deg) {
  if (deg <= GOOD_DEG) return { state: "aim_good", key: "ui_aim_good" };
  if (deg <= DOUBTFUL_DEG) return { state: "aim_fair", key: "ui_aim_fair" };
  return { state: "aim_doubtful", key: "ui_aim_doubtful" };
}

/** What the map says at a seat while a camera is being aimed: {state, n, key, values}, or null. */
export function aimMark(actual, seat, chosen) {
  if (!actual) return null;
  if (aimSeat(actual, chosen) === seat) return { state: "aim_next", n: null, key: "ui_aim_now", values: {} };
  if ((actual.sightings ?? []).includes(seat)) return { state: "aim_sighted", n: null, key: "ui_aim_sighted", values: {} };
  const deg = actual.aim_quality?.seats_deg?.[seat.split("/")[1]];
  if (deg === undefined) return null;
  return { ...aimGrade(deg), n: deg.toFixed(1), values: { n: deg.toFixed(1) } };
}

const DETECTOR_KEYS = { model: "ui_detector_model", cascade: "ui_detector_cascade", geometry: "ui_detector_geometry" };
const PICTURE_KEYS = { ok: "ui_picture_ok", stale: "ui_picture_stale", frozen: "ui_picture_frozen", none: "ui_picture_none" };
const FRAMED_KEYS = {
  waiting: "ui_framed_waiting",
  looking: "ui_framed_looking",
  framed: "ui_framed_framed",
  following: "ui_framed_following",
  no_face: "ui_framed_no_face",
  lost: "ui_framed_lost",
  too_close: "ui_framed_too_close",
  late: "ui_framed_late",
};

/** Label keys of how a camera sees; empty where it has no picture. */
export function sightKeys(actual) {
  if (!actual?.detector) return [];
  return [DETECTOR_KEYS[actual.detector], PICTURE_KEYS[actual.picture], FRAMED_KEYS[actual.framed]].filter(Boolean);
}

/** The newest preview of a camera if it is fresh, else null. */
export function freshPreview(room, camera, ageMs) {
  const preview = room.previews?.[camera];
  if (!preview) return null;
  const age = ageMs(preview);
  return age !== null && age < PICTURE_FRESH_MS ? preview : null;
}

/** How loud a seat is, 0 to 1; null when nothing is known of it. */
export function loudness(room, number) {
  const dbfs = room.levels?.[number];
  if (dbfs === undefined || !room.audio?.listens) return null;
  return Math.min(1, Math.max(0, (dbfs - QUIET_DBFS) / (LOUD_DBFS - QUIET_DBFS)));
}

/** Is this seat heard talking now? */
export function isTalking(room, seat) {
  return Boolean(room.audio?.listens && room.audio.talking.includes(seat));
}
