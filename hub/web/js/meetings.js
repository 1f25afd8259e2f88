/**
 * Prepared meetings as data: new ones, moved items, what a roster would change. Pure.
 * The form is the hub's (`GET /api/v1/meetings/{id}`); what does not fit in it is the hub's to say.
 */

const STATES = {
  running: { glyph: "voting", key: "meeting_state_live" },
  draft: { glyph: "draft", key: "meeting_state_draft" },
  ended: { glyph: "counted", key: "meeting_state_ended" },
};

/** Glyph and word of how far a meeting is. One that a file put in force has not been begun yet. */
export function stateMeaning(state, meeting) {
  const isBegun = meeting.state !== "running" || state.meeting.session === "running";
  return isBegun ? STATES[meeting.state] : { glyph: "ready", key: "meeting_state_ready" };
}

/** Columns of the roster, and the widest of each. */
const SEAT_FIELDS = ["seat", "name", "role", "person", "weight", "proxy"];

export const READERS = ["chair", "delegate", "guest", "observer", "technician"];

/** A name that no other thing has. */
export function newId(kind) {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `${kind}-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The meeting of the list with this id, or null. */
export function meetingOf(state, id) {
  return (state.meetings ?? []).find((meeting) => meeting.id === id) ?? null;
}

/** What is shown first: what runs, else what comes. */
export function firstMeeting(state) {
  return state.meetings?.[0]?.id ?? null;
}

/** `30/11/2026, 08:00`, as the language writes it; nothing without a date. */
export function whenText(when, lang) {
  if (!when) return "";
  const [date, time] = when.split("T");
  const [year, month, day] = date.split("-").map(Number);
  const text = new Date(year, month - 1, day).toLocaleDateString(lang === "vi" ? "vi-VN" : "en-GB", {
    weekday: "short", day: "2-digit", month: "2-digit", year: "numeric",
  });
  return `${text}, ${time.slice(0, 5)}`;
}

/** A copy of the list with one entry moved by so many places; the same list when it cannot be. */
export function moved(list, from, by) {
  const to = from + by;
  if (to < 0 || to >= list.length) return list;
  const after = [...list];
  after.splice(to, 0, ...after.splice(from, 1));
  return after;
}

/** Minutes of the whole agenda; null when no item says any. */
export function minutesOf(agenda) {
  const told = agenda.map((item) => item.minutes).filter((minutes) => minutes !== null);
  return told.length === 0 ? null : told.reduce((sum, minutes) => sum + minutes, 0);
}

/** A size as people read it. */
export function sizeText(bytes, lang) {
  const [value, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${value.toLocaleString(lang, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

/** What a new roster would change: seats that come, go, and are other, with the fields that differ. */
export function rosterChanges(before, after) {
  const old = new Map(before.map((entry) => [entry.seat, entry]));
  const seats = new Set(after.map((entry) => entry.seat));
  const differing = (entry) => SEAT_FIELDS.filter((name) => (old.get(entry.seat)[name] ?? null) !== (entry[name] ?? null));
  const changed = after.filter((entry) => old.has(entry.seat)).map((entry) => ({ entry, fields: differing(entry) }));
  return {
    added: after.filter((entry) => !old.has(entry.seat)),
    removed: before.filter((entry) => !seats.has(entry.seat)),
    changed: changed.filter(({ fields }) => fields.length > 0),
    same: changed.filter(({ fields }) => fields.length === 0).length,
  };
}

/** The next seat to write down: the one after the last of its room. */
export function nextSeat(seats, roomIds) {
  const last = seats.at(-1)?.seat ?? `${roomIds[0] ?? "main"}/0`;
  const [room] = last.split("/");
  const numbers = seats.filter((entry) => entry.seat.startsWith(`${room}/`)).map((entry) => Number(entry.seat.split("/")[1]) || 0);
  return `${room}/${Math.max(0, ...numbers) + 1}`;
}

/** What a file is called without its ending: the title of a paper until it has a better one. */
export function titleOfFile(name) {
  return name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replaceAll("_", " ").trim().slice(0, 200) || name.slice(0, 200);
}
