/**
 * From metres in the room to places on the map. Pure.
 *
 * Room: x to the right and y away as seen from the front wall, z up. The map is the room from
 * above as the front wall sees it: x to the right, the front at the bottom, never mirrored, so
 * that what a room file calls left is left. Bearings: degrees clockwise, 0 looks away from the
 * front, up on the map.
 */

/** Neighbours up to this many usual gaps apart sit at one straight table. */
const ROW_GAP = 1.3;
/** Tables further apart than this many usual gaps do not meet at a corner. */
const CORNER_GAP = 2.2;
/** At a corner few seats of both tables are near each other; behind one another many are. */
const CORNER_PAIRS = 3;
/** The ends of a row this close (in usual gaps) close a ring. */
const RING_GAP = 1.8;
/** From this many separate rows on, it is a classroom: everybody faces the front. */
const CLASSROOM_ROWS = 3;
/** The largest map: more than this many pixels for a metre only adds emptiness. */
const MOST_PX_PER_M = 84;
const ARROWS = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
/** Air between two labels, pixels. */
const LABEL_GAP = 14;

/** Fit points (metres) into a width: {scale, width, height, place(point)}; pixels. */
export function fitter(points, widthPx, maxHeightPx, padPx) {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [front, back] = [Math.min(...ys), Math.max(...ys)];
  const wide = Math.max(right - left, 0.5);
  const deep = Math.max(back - front, 0.5);
  const scale = Math.min((widthPx - 2 * padPx) / wide, (maxHeightPx - 2 * padPx) / deep, MOST_PX_PER_M);
  const spareX = (widthPx - wide * scale) / 2;
  const place = (point) => ({
    x: spareX + (point[0] - left) * scale + ((wide - (right - left)) * scale) / 2,
    y: padPx + (back - point[1]) * scale,
  });
  return { scale, width: widthPx, height: Math.round(deep * scale + 2 * padPx), place };
}

/** Direction on the map of a bearing in the room: a unit vector. */
export function bearingVector(bearingDeg) {
  const angle = (bearingDeg * Math.PI) / 180;
  return { x: Math.sin(angle), y: -Math.cos(angle) };
}

/** Corners of a field of view drawn from `eye`: [left, right] at `reach` pixels. */
export function cone(eye, bearingDeg, fovDeg, reach) {
  return [-fovDeg / 2, fovDeg / 2].map((off) => {
    const v = bearingVector(bearingDeg + off);
    return { x: eye.x + v.x * reach, y: eye.y + v.y * reach };
  });
}

/**
 * Neighbours at the tables: pairs of indices of `points` (any plane units). A minimum spanning
 * tree gives straight tables by its short branches; longer ones are corners, unless they lead
 * from one row to the row behind it; and a ring is closed where its ends meet.
 */
export function neighbours(points) {
  const tree = spanningTree(points);
  const usual = median(tree.map(([a, b]) => between(points[a], points[b])));
  const isWithin = (gap) => ([a, b]) => between(points[a], points[b]) <= usual * gap;
  const straight = tree.filter(isWithin(ROW_GAP));
  const groups = components(points.length, straight);
  const groupOf = (i) => groups.find((members) => members.includes(i));
  const isCorner = ([a, b]) => {
    const across = groupOf(a).flatMap((i) => groupOf(b).map((j) => [i, j]));
    return across.filter(isWithin(CORNER_GAP)).length <= CORNER_PAIRS;
  };
  const corners = tree.filter((pair) => !isWithin(ROW_GAP)(pair) && isWithin(CORNER_GAP)(pair) && isCorner(pair));
  const tables = [...straight, ...corners];
  return [...tables, ...ringEnds(points, tables, usual)];
}

function spanningTree(points) {
  const edges = [];
  const inside = new Set(points.length > 0 ? [0] : []);
  while (inside.size < points.length) {
    let best = null;
    for (const a of inside) {
      for (let b = 0; b < points.length; b += 1) {
        if (inside.has(b)) continue;
        const d = between(points[a], points[b]);
        if (!best || d < best.d) best = { a, b, d };
      }
    }
    inside.add(best.b);
    edges.push([best.a, best.b]);
  }
  return edges;
}

function ringEnds(points, rows, usual) {
  return components(points.length, rows).flatMap((members) => {
    const ends = members.filter((i) => rows.filter((row) => row.includes(i)).length === 1);
    const isRing = ends.length === 2 && members.length > 4;
    return isRing && between(points[ends[0]], points[ends[1]]) <= usual * RING_GAP ? [ends] : [];
  });
}

/** Groups of indices that the pairs connect. */
export function components(count, pairs) {
  const group = Array.from({ length: count }, (_, i) => i);
  for (const [a, b] of pairs) {
    const [from, to] = [group[a], group[b]];
    if (from !== to) group.forEach((g, i) => (group[i] = g === from ? to : g));
  }
  return [...new Set(group)].map((g) => group.flatMap((other, i) => (other === g ? [i] : [])));
}

/** Unit vectors from each seat towards its table, on the map. */
export function facings(points, pairs) {
  const groups = components(points.length, pairs);
  const centre = mean(points);
  const result = new Array(points.length);
  for (const members of groups) {
    const middle = mean(members.map((i) => points[i]));
    for (const i of members) {
      const near = pairs.filter((p) => p.includes(i)).map((p) => points[p[0] === i ? p[1] : p[0]]);
      result[i] = facing(points[i], near, middle, centre, groups.length >= CLASSROOM_ROWS);
    }
  }
  return result;
}

function facing(point, near, middle, centre, classroom) {
  if (near.length === 0) return unit(classroom ? { x: 0, y: 1 } : minus(centre, point)) ?? { x: 0, y: 1 };
  const from = near.length > 1 ? near[0] : point;
  const along = unit(minus(near.at(-1) === from ? point : near.at(-1), from)) ?? { x: 1, y: 0 };
  const normal = { x: -along.y, y: along.x };
  if (classroom) return normal.y < 0 ? flip(normal) : normal;
  const side = dot(minus(middle, point), normal);
  // On one straight row the row's own middle says nothing: look to the middle of the room.
  const decided = Math.abs(side) > 1 ? side : dot(minus(centre, point), normal);
  return decided < 0 ? flip(normal) : normal;
}

/** The item that an arrow key leads to from `here`, or null. `items` have x and y. */
export function nearestInDirection(items, here, arrow) {
  const v = ARROWS[arrow];
  let best = null;
  for (const item of items) {
    const way = minus(item, here);
    const ahead = dot(way, v);
    if (item === here || ahead <= 0.5) continue;
    const aside = Math.abs(way.x * v.y - way.y * v.x);
    // Straight ahead wins over near but aside.
    const cost = ahead + 2.5 * aside;
    if (aside <= 3 * ahead && (!best || cost < best.cost)) best = { item, cost };
  }
  return best?.item ?? null;
}

/** The item nearest to a point within `reach`, or null: a finger is wider than a seat. */
export function nearest(items, point, reach) {
  let best = null;
  for (const item of items) {
    const d = between(item, point);
    if (d <= reach && (!best || d < best.d)) best = { item, d };
  }
  return best?.item ?? null;
}

/**
 * The camera that sees a seated person's face best: smallest angle off the face, an on-air
 * camera only when clearly better (the audience should not see it swing).
 */
export function bestCamera(seat, cameras) {
  const cost = (camera) => {
    const way = unit(minus(camera, seat)) ?? { x: 0, y: 0 };
    const offFaceDeg = (Math.acos(Math.max(-1, Math.min(1, dot(way, seat.facing)))) * 180) / Math.PI;
    return offFaceDeg + (camera.onAir ? 25 : 0) + (camera.healthy ? 0 : 180);
  };
  return cameras.length > 0 ? cameras.reduce((a, b) => (cost(b) < cost(a) ? b : a)) : null;
}

/**
 * Move labels up or down until none covers another or an obstacle: [{x, y, anchor}].
 * Each wish: {x, y, facing, width}; `line` is the height of a label; obstacles are {x, y, half}.
 * With a `height` none leaves the map: what has no place on its own side stands on the other.
 * A label without a free place near its thing stands where it was wished.
 */
export function spreadLabels(wishes, line, obstacles = [], height = null) {
  const taken = obstacles.map(({ x, y, half }) => {
    return { left: x - half, right: x + half, top: y - half, bottom: y + half };
  });
  return wishes.map((wish) => {
    const anchor = Math.abs(wish.facing.x) < 0.5 ? "middle" : wish.facing.x > 0 ? "start" : "end";
    const steps = labelSteps(anchor, wish.facing, height !== null);
    const boxes = steps.map((step) => labelBox(wish, anchor, step * line, line));
    const isInside = (one) => height === null || (one.top >= 0 && one.bottom <= height);
    const box = boxes.find((one) => isInside(one) && !taken.some((other) => overlap(one, other))) ?? boxes[0];
    taken.push(box);
    return { x: wish.x, y: box.middle, anchor };
  });
}

/** Where to try, in lines: beside the seat both ways, over or under it away from it, at last beyond it. */
function labelSteps(anchor, facing, mayCross) {
  if (anchor !== "middle") return [0, 0.5, -0.5, 1, -1, 1.5, -1.5, 2, -2, 3, -3];
  const steps = [0, 1, 2, 3, 4, 5, 6, 7, ...(mayCross ? [-2, -3, -4] : [])];
  return steps.map((step) => step * (Math.sign(facing.y) || 1));
}

function labelBox(wish, anchor, dy, line) {
  const shift = { start: 0, middle: wish.width / 2, end: wish.width }[anchor];
  const left = wish.x - shift - LABEL_GAP / 2;
  const middle = wish.y + dy;
  return { left, right: left + wish.width + LABEL_GAP, top: middle - line / 2, bottom: middle + line / 2, middle };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function between(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function minus(a, b) {
  return { x: a.x - b.x, y: a.y - b.y };
}

function dot(a, b) {
  return a.x * b.x + a.y * b.y;
}

function flip(v) {
  return { x: -v.x, y: -v.y };
}

function unit(v) {
  const length = Math.hypot(v.x, v.y);
  return length > 1e-6 ? { x: v.x / length, y: v.y / length } : null;
}

function mean(points) {
  const n = Math.max(points.length, 1);
  return { x: points.reduce((sum, p) => sum + p.x, 0) / n, y: points.reduce((sum, p) => sum + p.y, 0) / n };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length > 0 ? sorted[Math.floor((sorted.length - 1) / 2)] : 0;
}
