/**
 * What the state means: of a seat, a device, a room. Pure functions over the snapshot.
 * Owns the order of importance; must not know words or pictures (it names label keys).
 */

import { isSignedIn } from "./attendance.js";
import { isVoting, voteMeaning } from "./ballots.js";
import { fire, hasQueue, waitingGlyph } from "./floor.js";
import { numberRanges } from "./format.js";

/** Is what we know of this room proved right now? `live` says that the stream is. */
export function isConfirmed(state, roomId, live) {
  return Boolean(live && state.hub.broker === "connected" && state.rooms[roomId]?.online);
}

/**
 * State of a seat: {state, key, n}. `state` names shape and colour, `key` the label.
 * A microphone is open when the unit proved it, whatever anybody wished.
 */
export function seatMeaning(state, roomId, number, live) {
  const room = state.rooms[roomId];
  const name = `${roomId}/${number}`;
  const place = hasQueue(state) ? state.floor.queue.findIndex((waiting) => waiting.seat === name) : -1;
  const turn = state.floor.speaking.find((speaking) => speaking.seat === name);
  const hasFloor = turn !== undefined;
  if (!isConfirmed(state, roomId, live)) {
    const cut = live && state.hub.broker === "connected" && (hasFloor || place >= 0);
    return cut ? meant("suspended") : meant("unconfirmed");
  }
  const actual = room.seats?.[number];
  if (actual?.health === "fault") return meant("fault");
  if (!actual || actual.health === "unconfirmed" || actual.microphone === null) return meant("unconfirmed");
  const isMuted = hasFloor && Boolean(turn.muted);
  const wanted = isMuted ? false : hasFloor || actual.wanted;
  if (actual.microphone) return meant(wanted ? "speaking" : "closing");
  if (isMuted) return meant("muted");
  if (wanted) return meant("opening");
  if (place >= 0) {
    const { suspended, kind } = state.floor.queue[place];
    return suspended ? meant("suspended") : meant(waitingGlyph(kind), place + 1);
  }
  const signedIn = isSignedIn(state, name);
  if (signedIn !== null) return meant(signedIn ? "present" : "absent");
  return meant(room.names?.[number] ? "present" : "unassigned");
}

/** What the vote lamps of a seat prove while somebody votes: {state, key}, or null. */
export function seatVote(state, roomId, number, live) {
  if (!isVoting(state) || !isConfirmed(state, roomId, live)) return null;
  return voteMeaning(state.rooms[roomId].seats?.[number]);
}

const KEYS = {
  speaking: "speak_state_speaking",
  opening: "ui_state_opening",
  closing: "ui_state_closing",
  muted: "ui_state_muted",
  waiting: "ui_state_waiting",
  debate: "ui_state_debate",
  point_of_order: "ui_state_point_of_order",
  absent: "attendance_not_checked_in",
  present: "ui_state_present",
  unassigned: "ui_state_unassigned",
  suspended: "ui_state_suspended",
  fault: "ui_state_fault",
  unconfirmed: "ui_state_unconfirmed",
};

function meant(state, n = null) {
  return { state, key: KEYS[state], n };
}

/** Health of a device as {state, key, reason}: "ok", "unconfirmed" or "fault". */
export function healthMeaning(reading, confirmed) {
  const health = confirmed ? (reading?.health ?? "unconfirmed") : "unconfirmed";
  const key = { ok: "ui_health_ok", unconfirmed: "ui_state_unconfirmed", fault: "ui_state_fault" }[health];
  return { state: health, key, reason: reading?.reason ?? null };
}

/** What a device last said of itself, wherever the room reports it. */
export function deviceReading(room, device) {
  return room.cameras?.[device.id] ?? room.displays?.[device.id] ?? room.devices?.[device.id] ?? null;
}

/**
 * A room in one word and the worst thing: {level, worst, more}.
 * `level` is ready | warning | fault | unconfirmed; `worst` is {text: {vi,en}} or {key, values}.
 */
export function roomMeaning(state, roomId, live) {
  if (!live || state.hub.broker !== "connected") return { level: "unconfirmed", worst: null, more: 0 };
  const room = state.rooms[roomId];
  if (!room.online) {
    return { level: "fault", worst: { key: "ui_room_offline_since", since_ms: room.since_ms }, more: 0 };
  }
  const troubles = [
    ...fireTroubles(state.floor, roomId),
    ...alertTroubles(room),
    ...deviceTroubles(room),
    ...seatTroubles(room),
    ...floorTroubles(room),
    ...screenTroubles(room),
  ];
  troubles.sort((a, b) => b.weight - a.weight);
  const [worst, ...others] = troubles;
  if (!worst) return { level: "ready", worst: null, more: 0 };
  return { level: worst.weight >= FAULT ? "fault" : "warning", worst, more: others.length };
}

const FAULT = 20;
const WARNING = 10;

/** Fire goes before everything. */
function fireTroubles(floor, roomId) {
  const { rooms } = fire(floor);
  return rooms.includes(roomId) ? [{ weight: FAULT + 10, key: "ui_fire_line", values: {} }] : [];
}

function alertTroubles(room) {
  return Object.values(room.alerts ?? {}).map((alert) => ({
    weight: (alert.severity === "fault" ? FAULT : WARNING) + 2,
    text: alert.text,
  }));
}

/** Devices in trouble that no alert speaks of yet. */
function deviceTroubles(room) {
  const told = new Set(Object.values(room.alerts ?? {}).map((alert) => alert.device));
  return (room.plan?.devices ?? []).flatMap((device) => {
    const reading = deviceReading(room, device);
    if (!reading || reading.health === "ok" || told.has(device.id)) return [];
    const weight = reading.health === "fault" ? FAULT + 1 : WARNING + 1;
    return [{ weight, key: "ui_device_bad", device: device.title, stateKey: healthMeaning(reading, true).key }];
  });
}

/** Seats in trouble, in one line for each kind. */
function seatTroubles(room) {
  const told = new Set(Object.values(room.alerts ?? {}).map((alert) => alert.seat?.split("/")[1]));
  const having = (health) =>
    Object.entries(room.seats ?? {})
      .filter(([number, seat]) => seat.health === health && !told.has(number))
      .map(([number]) => Number(number));
  const line = (weight, key, numbers) =>
    numbers.length > 0 ? [{ weight, key, values: { list: numberRanges(numbers) } }] : [];
  return [
    ...line(FAULT, "ui_seats_fault", having("fault")),
    ...line(WARNING, "ui_seats_unconfirmed", having("unconfirmed")),
  ];
}

function floorTroubles(room) {
  if (!sits(room)) return [];
  if (room.authority === "room") return [{ weight: WARNING, key: "ui_room_alone", values: {} }];
  if (room.authority === "none") return [{ weight: WARNING - 1, key: "ui_room_starting", values: {} }];
  return [];
}

function screenTroubles(room) {
  return room.screen?.alive === false ? [{ weight: WARNING + 1, key: "ui_screen_dead", values: {} }] : [];
}

/** Does the meeting sit in this room? Elsewhere the microphones are the room's own affair. */
export function sits(room) {
  return room?.sits !== false;
}

/** Seats of a room in the order of their numbers, with names and roles. */
export function seatsOf(room) {
  return [...(room?.plan?.seats ?? [])].sort((a, b) => a.number - b.number);
}

/** How many of this room speak and wait. */
export function floorCounts(state, roomId) {
  const mine = (entry) => entry.seat.startsWith(`${roomId}/`);
  return {
    speaking: state.floor.speaking.filter(mine).length,
    waiting: state.floor.queue.filter(mine).length,
  };
}

/** Rooms in the order people name them: main first, then by id. */
export function roomIds(state) {
  return Object.keys(state.rooms).sort((a, b) => (b === "main") - (a === "main") || a.localeCompare(b));
}

/** Does this seat flash to be found? Both lamps fast is the sign; null when nobody knows. */
export function isLocating(actual) {
  if (!actual || actual.red === null || actual.green === null) return null;
  return actual.red === "fast" && actual.green === "fast";
}

/** The chair's own seat: `mine` if it is one, else the first of the plan; null without any. */
export function chairSeat(state, mine = null) {
  const seats = roomIds(state).filter((id) => sits(state.rooms[id])).flatMap((id) =>
    state.rooms[id].plan.seats.filter((seat) => isChair(seat.role)).map((seat) => `${id}/${seat.number}`));
  return seats.includes(mine) ? mine : (seats[0] ?? null);
}

/** Chairs and their deputies stand outside the limits. */
export function isChair(role) {
  return role === "chair" || role === "vice_chair";
}

const ROLE_KEYS = {
  chair: "role_chair",
  vice_chair: "ui_role_vice_chair",
  delegate: "role_delegate",
  guest: "role_guest",
  observer: "ui_role_observer",
};

/** Label of a role. */
export function roleKey(role) {
  return ROLE_KEYS[role] ?? ROLE_KEYS.delegate;
}
