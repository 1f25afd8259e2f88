/**
 * The state of the hub as this page knows it, and how the stream changes it.
 * Owns the reducer (pure) and the times of arrival; must not touch the page or the network.
 */

const KEEP_EVENTS = 200;
/** The hub keeps fifty; a page that is open for weeks must not keep them all. */
const KEEP_COMMANDS = 60;

/** Values that were true when they were told: what counts on from them needs the time of arrival. */
const TIMED = ["age_ms", "remaining_ms"];

/** No state yet: the page has never heard the hub. */
export const EMPTY = null;

/** The next state after one message of the stream; unchanged branches stay the same objects. */
export function reduce(state, message) {
  if (message.event === "snapshot") return message.data;
  if (message.event !== "part" || state === EMPTY) return state;
  const { path, value, append } = message.data;
  if (append !== undefined) {
    const before = valueAt(state, path) ?? [];
    return replaceAt(state, path, [...before, ...append].slice(-KEEP_EVENTS));
  }
  return withoutOld(replaceAt(state, path, value), path);
}

/** The newest commands only: the hub never says that it has forgotten one. */
function withoutOld(state, path) {
  const ids = path[0] === "commands" ? Object.keys(state.commands) : [];
  if (ids.length <= KEEP_COMMANDS) return state;
  return { ...state, commands: Object.fromEntries(Object.entries(state.commands).slice(-KEEP_COMMANDS)) };
}

/** What stands at a path, or undefined. */
function valueAt(state, path) {
  return path.reduce((branch, key) => branch?.[key], state);
}

/** A copy with `value` at `path`; undefined or null under an object removes the key. */
function replaceAt(state, path, value) {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  const copy = Array.isArray(state) ? [...state] : { ...state };
  const next = replaceAt(copy[key] ?? {}, rest, value);
  if (next === undefined || next === null) delete copy[key];
  else copy[key] = next;
  return copy;
}

/** The present state, its listeners, and the hub's clock. */
export class Store {
  #listeners = new Set();
  #arrivals = new WeakMap();
  #hubOffsetMs = 0;

  state = EMPTY;

  /** `now` is this page's monotonic clock in milliseconds. */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /** Take one message of the stream. */
  take(message) {
    const nowMs = this.now();
    if (message.event === "snapshot") this.#hubOffsetMs = message.data.hub.time_ms - nowMs;
    if (message.event === "part" && message.data.path[0] === "hub") {
      const time = message.data.path[1] === "time_ms" ? message.data.value : message.data.value?.time_ms;
      if (Number.isFinite(time)) this.#hubOffsetMs = time - nowMs;
    }
    this.#stamp(message.event === "snapshot" ? message.data : message.data.value, nowMs);
    this.state = reduce(this.state, message);
    for (const listener of this.#listeners) listener();
  }

  /** Call `listener` after every change. */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  /** The hub's monotonic clock now. */
  hubNowMs() {
    return this.now() + this.#hubOffsetMs;
  }

  /** How old a reading is now; null when that is not known. `other` may know it instead. */
  ageMs(reading, other = null) {
    if (!Number.isFinite(reading?.age_ms)) return other === null ? null : this.ageMs(other);
    if (Number.isFinite(reading.seen_ms)) {
      return reading.age_ms + Math.max(0, this.hubNowMs() - reading.seen_ms);
    }
    return reading.age_ms + this.sinceMs(reading);
  }

  /** How long ago this value of the state was so: by the hub's own word, or since it arrived. */
  sinceMs(value) {
    if (Number.isFinite(value.at_ms)) return Math.max(0, this.hubNowMs() - value.at_ms);
    return this.now() - (this.#arrivals.get(value) ?? this.now());
  }

  /** Note when timed values arrived. */
  #stamp(value, nowMs) {
    if (value === null || typeof value !== "object") return;
    if (TIMED.some((name) => name in value)) this.#arrivals.set(value, nowMs);
    for (const child of Object.values(value)) this.#stamp(child, nowMs);
  }
}
