/**
 * Where everything of a room stands on its map: pure, from the room's plan and a width.
 * Owns sizes in pixels; must not touch nodes.
 */

import { facings, fitter, neighbours } from "../geometry.js";
import { seatsOf } from "../meaning.js";

/** Room around the outermost things for numbers and labels. */
const PAD_PX = 48;
const TABLE_OFFSET_M = 0.55;
const TABLE_WIDTH_M = 0.5;

/**
 * {width, height, scale, glyph, seats, tables, cameras, displays}; null without a place for anything.
 * Seats: {number, role, x, y, facing}; others: {device, x, y}; tables: pairs of points.
 */
export function layoutRoom(plan, widthPx, maxHeightPx) {
  const seats = seatsOf({ plan });
  const devices = plan.devices.filter((d) => d.position_m && (d.kind === "camera" || d.kind === "display"));
  const points = [...seats, ...devices].map((thing) => thing.position_m);
  if (points.length === 0) return null;
  const fit = fitter(points, widthPx, maxHeightPx, PAD_PX);
  const places = seats.map((seat) => fit.place(seat.position_m));
  const pairs = neighbours(places);
  const faces = facings(places, pairs);
  const offset = Math.max(TABLE_OFFSET_M * fit.scale, 17);
  const edge = places.map((p, i) => ({ x: p.x + faces[i].x * offset, y: p.y + faces[i].y * offset }));
  const gap = usualGap(places, pairs);
  const onMap = (kind) =>
    devices.filter((d) => d.kind === kind).map((device) => ({ device, ...fit.place(device.position_m) }));
  return {
    width: fit.width,
    height: fit.height,
    scale: fit.scale,
    glyph: Math.max(0.5, Math.min(1.15, gap / 31)),
    tableWidth: Math.max(TABLE_WIDTH_M * fit.scale, 12),
    tableEdge: offset + Math.max(TABLE_WIDTH_M * fit.scale, 12) / 2,
    tables: pairs.map(([a, b]) => [edge[a], edge[b]]),
    seats: seats.map((seat, i) => ({ number: seat.number, role: seat.role, ...places[i], facing: faces[i] })),
    cameras: onMap("camera"),
    displays: onMap("display"),
  };
}

function usualGap(places, pairs) {
  const gaps = pairs.map(([a, b]) => Math.hypot(places[a].x - places[b].x, places[a].y - places[b].y));
  gaps.sort((a, b) => a - b);
  return gaps.length > 0 ? gaps[Math.floor((gaps.length - 1) / 4)] : 31;
}

/** Width of the room's things in metres: rooms share the page in this proportion. */
export function roomWidthM(plan) {
  const xs = [...plan.seats, ...plan.devices].flatMap((thing) => (thing.position_m ? [thing.position_m[0]] : []));
  return xs.length > 0 ? Math.max(3, Math.max(...xs) - Math.min(...xs) + 2) : 3;
}
