/**
 * What technicians care for, read from the snapshot: checks of rooms, screens, drills, figures.
 * Pure functions; must not know words or nodes (they name label keys).
 */

/** Verdicts, the worst first: glyph and label of each. */
export const VERDICTS = {
  fail: { glyph: "fault", key: "ui_check_fail" },
  unconfirmed: { glyph: "unconfirmed", key: "ui_check_unconfirmed" },
  pass: { glyph: "ok", key: "ui_check_pass" },
};

const ORDER = Object.keys(VERDICTS);

/**
 * The check of a room as far as it is: {running, done, of, items, beganTs, by, active, counts,
 * verdict}; null while there has been none. A running one hides the last one.
 */
export function checkOf(room) {
  const running = room.check ?? null;
  const found = running ?? room.last_check ?? null;
  if (!found) return null;
  const items = [...found.items].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const counts = Object.fromEntries(ORDER.map((verdict) => [verdict, count(items, verdict)]));
  return {
    running: running !== null,
    done: found.done ?? 0,
    of: found.of ?? 0,
    items,
    beganTs: found.began_ts,
    by: found.by,
    active: found.active !== false,
    counts,
    verdict: ORDER.find((verdict) => counts[verdict] > 0) ?? "unconfirmed",
  };
}

function count(items, verdict) {
  return items.filter((item) => item.verdict === verdict).length;
}

/** Health of a room's screen as a reading; null for a room without one. */
export function screenReading(room) {
  const { screen } = room;
  if (!screen) return null;
  return { health: { true: "ok", false: "fault" }[String(screen.alive)] ?? "unconfirmed" };
}

/** Rooms in which faults can be practised: [{id, devices: [{id, faults}], standing: [[device, fault]]}]. */
export function drillRooms(state, ids) {
  return ids.flatMap((id) => {
    const drills = state.rooms[id].drills;
    const devices = Object.entries(drills?.known ?? {}).map(([device, faults]) => ({ id: device, faults }));
    if (devices.length === 0) return [];
    return [{ id, devices: devices.sort(devicesFirst), standing: Object.entries(drills.standing ?? {}) }];
  });
}

/** Devices before seats, seats by number. */
function devicesFirst(a, b) {
  const number = ({ id }) => (id.startsWith("seat-") ? Number(id.slice(5)) : 0);
  return number(a) - number(b) || a.id.localeCompare(b.id);
}

/** Width and height of a plot, in the units of its own picture. */
export const PLOT = { width: 300, height: 72 };

/**
 * The shape of an hour: {band, line, top, last}. `bands` are [least, median, most] or null by
 * minute, oldest first; `band` and `line` are SVG paths with a gap where nothing was measured.
 */
export function plotShape(bands) {
  const highest = Math.max(0, ...bands.filter(Boolean).map((band) => band[2]));
  const top = niceAbove(highest);
  const x = (i) => round((i * PLOT.width) / Math.max(1, bands.length - 1));
  const y = (value) => round(PLOT.height - (Math.max(0, value) * PLOT.height) / top);
  const point = (i, n) => `${x(i)} ${y(bands[i][n])}`;
  const runs = runsOf(bands);
  const band = runs.map(([from, to]) => {
    const up = range(from, to).map((i) => point(i, 2));
    const down = range(from, to).reverse().map((i) => point(i, 0));
    return `M${up.join("L")}L${down.join("L")}Z`;
  });
  const line = runs.map(([from, to]) => (from === to
    ? `M${point(from, 1)}h0.1`
    : `M${range(from, to).map((i) => point(i, 1)).join("L")}`));
  return { band: band.join(""), line: line.join(""), top, last: bands.findLast(Boolean) ?? null };
}

/** Index pairs of stretches without a gap. */
function runsOf(bands) {
  const runs = [];
  bands.forEach((band, i) => {
    if (!band) return;
    if (bands[i - 1] && runs.length > 0) runs.at(-1)[1] = i;
    else runs.push([i, i]);
  });
  return runs;
}

function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** The smallest of 1, 2, 5, 10, 20, 50… that is no less. */
export function niceAbove(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * (1 - 1e-9));
}

function round(value) {
  return Math.round(value * 10) / 10;
}

/** Unit of a figure by its name; a plain count has none. */
export function unitOf(name) {
  return name.endsWith("_ms") || name.endsWith(".ms_per_block") ? "ms" : name.endsWith("_ppm") ? "ppm" : "";
}
