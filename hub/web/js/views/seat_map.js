/**
 * The map of one room: tables, seats with their states, cameras, displays; pointer and arrow keys.
 * Owns its nodes and which item the keys are on; the state comes in `update`.
 */

import { aimMark, isTalking, loudness } from "../cameras.js";
import { h, joined, keyed, s, setAttr, setAttrs, setText } from "../dom.js";
import { nearest, nearestInDirection, spreadLabels } from "../geometry.js";
import { drawGlyph } from "../glyphs.js";
import { deviceReading, isChair, isConfirmed, roleKey, seatMeaning, seatVote } from "../meaning.js";
import { roomName } from "../names.js";
import { layoutRoom, roomWidthM } from "./map_layout.js";
import {
  drawViews,
  makeCamera,
  makeDisplay,
  makeTip,
  placeDeviceLabels,
  showCamera,
  showDisplay,
} from "./map_devices.js";

/** States that put the person's name on the map. */
const NAMED = new Set(["speaking", "opening", "closing", "muted", "suspended"]);
const FINGER_PX = 26;
/** Height of what stands above and below the maps on a desk screen. */
const ABOVE_AND_BELOW_PX = 360;
const LABEL_LINE_PX = 17;
const LABEL_CHAR_PX = 7.3;
const GLYPH_HALF_PX = 9;
/** The vote stands on the table before the seat, smaller than the seat itself. */
const VOTE_AHEAD_PX = 24;
const VOTE_SCALE = 0.62;
/** What a camera's aim is worth stands there too, as large as a number needs. */
const AIM_AHEAD_PX = 29;
const AIM_SCALE = 0.8;
const LEVEL_PX = 20;
const LEVEL_ASIDE_PX = 15;

export class SeatMap {
  #layers = {
    tables: s("g", { class: "tables" }),
    views: s("svg", { class: "views" }),
    things: s("g", { class: "things" }),
    labels: s("g", { class: "labels" }),
    tips: s("g", { class: "tips" }),
  };
  #tip = makeTip();
  #title = h("span");
  #front = h("span", { class: "front" });
  #empty = h("p", { class: "empty" });
  #svg = s("svg", { class: "seat-map", role: "group", "aria-describedby": "map-hint" });
  #layout = null;
  #laidOut = { plan: null, width: 0, height: 0 };
  #items = [];
  #activeKey = null;
  #pointed = null;
  #view = null;

  constructor(roomId, refresh) {
    this.roomId = roomId;
    this.#layers.tips.append(this.#tip.node);
    this.#svg.append(...Object.values(this.#layers));
    const heading = h("figcaption", {}, this.#title, this.#front);
    this.node = h("figure", { class: "room-map", "data-room": roomId }, heading, this.#svg, this.#empty);
    this.#listen();
    new ResizeObserver(refresh).observe(this.node);
  }

  /** Put the keyboard on this map. */
  focus() {
    this.#items.find((item) => item.key === this.#activeKey)?.node.focus();
  }

  /** Scroll a thing into view. */
  reveal(kind, id) {
    this.#items.find((it) => it.key === `${kind}:${id}`)?.node.scrollIntoView({ block: "nearest" });
  }

  /** Put the keyboard on one thing of this map; false when it is not here. */
  focusOn(kind, id) {
    const item = this.#items.find((it) => it.key === `${kind}:${id}`);
    if (item) this.#activate(item, true);
    return Boolean(item);
  }

  update(view) {
    this.#view = view;
    const room = view.state.rooms[this.roomId];
    const title = roomName(view, this.roomId);
    setText(this.#title, title);
    setText(this.#front, view.t("ui_front"));
    setAttr(this.#svg, "aria-label", `${view.t("seat_map")}, ${title}`);
    this.#arrange(room.plan);
    setAttr(this.#svg, "hidden", this.#layout === null);
    setAttr(this.#empty, "hidden", this.#layout !== null);
    setText(this.#empty, view.t("ui_room_plain"));
    if (this.#layout) this.#draw(view, room);
  }

  /** Lay out again when the plan or the place for it changed. */
  #arrange(plan) {
    const width = Math.floor(this.node.clientWidth - 24);
    const height = Math.max(300, Math.min(760, window.innerHeight - ABOVE_AND_BELOW_PX));
    const was = this.#laidOut;
    if (plan === was.plan && (width === was.width || width <= 0) && height === was.height) return;
    this.#laidOut = { plan, width, height };
    this.#layout = plan && width > 0 ? layoutRoom(plan, width, height) : null;
    if (!this.#layout) return;
    this.node.style.flexGrow = String(roomWidthM(plan));
    setAttrs(this.#svg, { viewBox: `0 0 ${this.#layout.width} ${this.#layout.height}` });
    this.#svg.style.aspectRatio = `${this.#layout.width} / ${this.#layout.height}`;
    // A picture inside the picture cuts off what the cameras see beyond the map.
    setAttrs(this.#layers.views, { width: this.#layout.width, height: this.#layout.height });
    const lines = this.#layout.tables.map(([a, b], i) => ({ i, a, b }));
    keyed(this.#layers.tables, lines, (l) => l.i, () => s("line"), (node, { a, b }) =>
      setAttrs(node, { x1: a.x, y1: a.y, x2: b.x, y2: b.y, "stroke-width": this.#layout.tableWidth }));
  }

  #draw(view, room) {
    const layout = this.#layout;
    const confirmed = isConfirmed(view.state, this.roomId, view.live);
    setAttr(this.#svg, "data-confirmed", String(confirmed));
    drawViews(this.#layers.views, this.roomId, room, layout, confirmed);
    this.#items = [
      ...layout.displays.map((d) => ({ kind: "display", id: d.device.id, ...d })),
      ...layout.cameras.map((c) => ({ kind: "camera", id: c.device.id, ...c })),
      ...layout.seats.map((seat) => ({ kind: "seat", id: String(seat.number), ...seat })),
    ].map((item) => ({ ...item, key: `${item.kind}:${item.id}` }));
    if (!this.#items.some((item) => item.key === this.#activeKey)) {
      this.#activeKey = (this.#items.find((item) => item.kind === "seat") ?? this.#items[0])?.key ?? null;
    }
    keyed(this.#layers.things, this.#items, (item) => item.key, makeThing, (node, item) => {
      item.node = node;
      this.#showThing(node, item, view, room, confirmed);
    });
    placeDeviceLabels(this.#items, layout);
    this.#drawLabels(view, room);
    if (this.#pointed) this.#point(this.#items.find((item) => item.key === this.#pointed) ?? null);
  }

  #showThing(node, item, view, room, confirmed) {
    const { selection } = view;
    const isSelected = selection?.room === this.roomId && selection.kind === item.kind && selection.id === item.id;
    const told = this.#showKind(node, item, view, room, confirmed);
    item.tip = [told.title, joined(...told.words)];
    setAttrs(node, {
      transform: `translate(${item.x} ${item.y})`,
      role: "button",
      tabindex: item.key === this.#activeKey ? "0" : "-1",
      "aria-pressed": String(isSelected),
      "aria-label": [told.title, ...told.words].join(", "),
      "data-key": item.key,
      "data-state": told.state,
    });
  }

  #showKind(node, item, view, room, confirmed) {
    if (item.kind === "seat") return this.#showSeat(node, item, view, room);
    const reading = deviceReading(room, item.device);
    if (item.kind === "camera") return showCamera(node, item, reading, this.#layout, view, confirmed);
    return showDisplay(node, item, reading, view, confirmed);
  }

  #showSeat(node, seat, view, room) {
    const meaning = seatMeaning(view.state, this.roomId, seat.number, view.live);
    const { glyph } = this.#layout;
    seat.state = meaning.state;
    drawGlyph(node.glyph, meaning.state, meaning.n);
    setAttr(node.glyph, "transform", `scale(${glyph})`);
    setAttr(node.halo, "r", 18 * glyph);
    setAttr(node, "class", `thing seat${isChair(seat.role) ? " chair" : ""}`);
    setText(node.number, String(seat.number));
    const out = 17 * glyph + 11;
    setAttrs(node.number, { x: -seat.facing.x * out, y: -seat.facing.y * out + 4 });
    const vote = this.#showVote(node, seat, view);
    const aimed = this.#showAim(node, seat, view, room);
    const talks = this.#showLevel(node, seat, view, room);
    const name = room.names?.[seat.number];
    const title = joined(view.t("seat_number", { n: seat.number }), name);
    const role = seat.role === "delegate" ? [] : [view.t(roleKey(seat.role))];
    const words = [...role, view.t(meaning.key, { n: meaning.n }), ...(vote ? [view.t(vote.key)] : [])];
    if (talks) words.push(view.t("ui_talking"));
    if (aimed) words.push(view.t(aimed.key, aimed.values));
    return { title, words, state: meaning.state };
  }

  /** That a vote is waited for, recorded or counted; nobody's choice is ever known here. */
  #showVote(node, seat, view) {
    const vote = seatVote(view.state, this.roomId, seat.number, view.live);
    const { glyph } = this.#layout;
    setAttr(node, "data-vote", vote?.state);
    setAttr(node.vote, "hidden", vote === null);
    if (vote === null) return null;
    drawGlyph(node.vote, vote.state);
    const ahead = VOTE_AHEAD_PX * glyph;
    const place = `translate(${seat.facing.x * ahead} ${seat.facing.y * ahead})`;
    setAttr(node.vote, "transform", `${place} scale(${VOTE_SCALE * glyph})`);
    return vote;
  }

  /** While a camera is aimed: the seat to aim at, those that were, and how far off the others are. */
  #showAim(node, seat, view, room) {
    const { aiming } = view;
    const isHere = aiming?.room === this.roomId;
    const mark = isHere
      ? aimMark(room.cameras?.[aiming.id], `${this.roomId}/${seat.number}`, aiming.seat)
      : null;
    setAttr(node, "data-aim", mark?.state);
    setAttr(node.aim, "hidden", mark === null);
    if (mark === null) return null;
    drawGlyph(node.aim, mark.state, mark.n);
    const ahead = AIM_AHEAD_PX * this.#layout.glyph;
    const place = `translate(${seat.facing.x * ahead} ${seat.facing.y * ahead})`;
    setAttr(node.aim, "transform", `${place} scale(${AIM_SCALE * this.#layout.glyph})`);
    return mark;
  }

  /** How loud the seat is, as a bar beside it; true when it is heard talking. */
  #showLevel(node, seat, view, room) {
    const loud = isConfirmed(view.state, this.roomId, view.live) ? loudness(room, seat.number) : null;
    const talks = loud !== null && isTalking(room, `${this.roomId}/${seat.number}`);
    setAttr(node.level, "hidden", loud === null);
    setAttr(node, "data-talking", talks ? "true" : null);
    if (loud === null) return false;
    const { glyph } = this.#layout;
    // Outside of the table, where no mark of a vote or an aim stands.
    const aside = seat.facing.x > 0.5 ? -LEVEL_ASIDE_PX - 4 : LEVEL_ASIDE_PX;
    setAttr(node.level, "transform", `translate(${aside * glyph} ${(LEVEL_PX / 2) * glyph}) scale(${glyph})`);
    const height = Math.round(loud * LEVEL_PX * 2) / 2;
    setAttrs(node.bar, { height, y: -height });
    return talks;
  }

  #drawLabels(view, room) {
    const gap = this.#layout.tableEdge + 8;
    const wishes = this.#items.flatMap((thing) => {
      const name = room.names?.[thing.id];
      if (thing.kind !== "seat" || !name || !NAMED.has(thing.state)) return [];
      const { key, state, facing } = thing;
      // Beside the seat, or over or under it: where the table is, on the seat's own line.
      const isBeside = Math.abs(facing.x) >= 0.5;
      const place = isBeside
        ? { x: thing.x + Math.sign(facing.x) * gap, y: thing.y }
        : { x: thing.x, y: thing.y + Math.sign(facing.y) * (gap + 6) };
      return [{ key, name, state, facing, ...place, width: name.length * LABEL_CHAR_PX }];
    });
    const half = GLYPH_HALF_PX * this.#layout.glyph;
    const seats = this.#items.filter((it) => it.kind === "seat").map(({ key, x, y }) => ({ key, x, y, half }));
    const places = spreadLabels(wishes, LABEL_LINE_PX, seats);
    // A name that ended up nearer to somebody else would mislead: the list has it.
    const labels = wishes
      .map((wish, i) => ({ ...wish, ...places[i] }))
      .filter((label) => nearest(seats, label, Infinity).key === label.key);
    keyed(this.#layers.labels, labels, (l) => l.key, () => s("text"), (node, label) => {
      setText(node, label.name);
      setAttrs(node, { x: label.x, y: label.y + 4.5, "text-anchor": label.anchor, class: `name-label ${label.state}` });
    });
  }

  #listen() {
    const at = (event) => {
      const hit = event.target.closest(".thing");
      if (hit) return this.#items.find((item) => item.node === hit) ?? null;
      const matrix = this.#svg.getScreenCTM();
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
      return nearest(this.#items, point, FINGER_PX);
    };
    this.#svg.addEventListener("click", (event) => {
      const found = at(event);
      if (found) this.#choose(found, false);
    });
    this.#svg.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.#point(at(event));
    });
    this.#svg.addEventListener("pointerleave", () => this.#point(null));
    // On the figure: a browser makes an SVG picture that listens for focus focusable itself.
    this.node.addEventListener("focusin", (event) => {
      const focused = this.#items.find((item) => item.node === event.target);
      if (focused) this.#activate(focused, false);
      this.#point(focused ?? null);
    });
    this.node.addEventListener("focusout", () => this.#point(null));
    this.#svg.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const here = this.#items.find((item) => item.node === event.target);
    if (!here) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#choose(here, true);
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const next = nearestInDirection(this.#items, here, event.key);
      if (next) this.#activate(next, true);
    }
  }

  #choose(found, byKeyboard) {
    this.#activate(found, byKeyboard);
    this.#view.select({ room: this.roomId, kind: found.kind, id: found.id }, { focusPanel: byKeyboard });
  }

  #activate(found, takeFocus) {
    this.#activeKey = found.key;
    for (const item of this.#items) setAttr(item.node, "tabindex", item === found ? "0" : "-1");
    if (takeFocus) found.node.focus();
  }

  #point(found) {
    this.#pointed = found?.key ?? null;
    if (found) this.#tip.show(found, this.#layout);
    else this.#tip.hide();
    this.#svg.classList.toggle("pointing", Boolean(found));
  }
}

function makeThing(thing) {
  if (thing.kind === "camera") return makeCamera();
  if (thing.kind === "display") return makeDisplay();
  const halo = s("circle", { class: "halo" });
  const glyph = s("g");
  const vote = s("g", { hidden: true });
  const aim = s("g", { hidden: true });
  const bar = s("rect", { x: 0, width: 4, rx: 1.5, class: "bar" });
  const level = s("g", { class: "loudness", hidden: true }, s("rect", { x: 0, y: -LEVEL_PX, width: 4, height: LEVEL_PX, rx: 1.5, class: "rail" }), bar);
  const number = s("text", { class: "number" });
  return Object.assign(s("g", {}, halo, glyph, vote, level, aim, number), { halo, glyph, vote, level, bar, aim, number });
}
