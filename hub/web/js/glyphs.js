/**
 * The shape of each state, in a box of 32 x 32 around its middle. Colour comes from the style
 * sheet by class; shape and colour never stand without a word near them.
 */

import { h, s, setAttr } from "./dom.js";

const circle = (r, part) => s("circle", { r, class: part });
const square = (half, part) =>
  s("rect", { x: -half, y: -half, width: 2 * half, height: 2 * half, rx: 2.5, class: part });
const path = (d, part) => s("path", { d, class: part });

const SHAPES = {
  speaking: () => [
    circle(8, "fill"),
    path("M-11.5 -6 A13 13 0 0 0 -11.5 6 M11.5 -6 A13 13 0 0 1 11.5 6", "line"),
    path("M-14.2 -9.5 A17 17 0 0 0 -14.2 9.5 M14.2 -9.5 A17 17 0 0 1 14.2 9.5", "line thin"),
  ],
  opening: () => [circle(9, "line dashed")],
  closing: () => [circle(9, "line dashed"), circle(3, "fill")],
  waiting: (n) => [circle(11, "fill"), s("text", { class: "mark", y: 5, text: n ?? "" })],
  present: () => [circle(4.5, "fill")],
  unassigned: () => [path("M-5 0 H5", "line thin")],
  suspended: () => [circle(12, "line thin"), path("M-6 -6 H-2 V6 H-6 Z M2 -6 H6 V6 H2 Z", "fill")],
  fault: () => [
    s("rect", { x: -10, y: -10, width: 20, height: 20, rx: 3, class: "fill" }),
    path("M-5 -5 L5 5 M5 -5 L-5 5", "cross"),
  ],
  warning: () => [path("M0 -11 L12 10 H-12 Z", "fill round"), s("text", { class: "mark", y: 8, text: "!" })],
  unconfirmed: () => [circle(10, "hatched"), s("text", { class: "mark", y: 5, text: "?" })],
  debate: (n) => [path("M0 -14 L14 0 L0 14 L-14 0 Z", "fill round"), s("text", { class: "mark", y: 5, text: n ?? "" })],
  point_of_order: (n) => [
    path("M-11 -11 H11 V5 L0 14 L-11 5 Z", "fill round"),
    s("text", { class: "mark", y: 4, text: n ?? "" }),
  ],
  muted: () => [circle(11, "fill"), path("M-7.5 7.5 L7.5 -7.5", "slash")],
  absent: () => [circle(5, "line thin")],
  over: () => [
    path("M-5 -12 H5 L12 -5 V5 L5 12 H-5 L-12 5 V-5 Z", "fill"),
    path("M0 -6.5 V1 M0 5.6 V6", "cross"),
  ],
  fire: () => [path("M1 -14 C9 -6 11 0 9 6 A9.5 9.5 0 0 1 -9 6 C-10 1 -7 -2 -5 -6 C-3 -3 -2 -2 -1 -2 C1 -6 1 -10 1 -14 Z", "fill")],
  exit: () => [path("M-3 -12 H-11 V12 H-3", "line"), path("M-5 0 H13 M6 -7 L13 0 L6 7", "line")],

  // Aims of a camera: a cross to aim at, a cross that was hit, then how far off the others are.
  aim_next: () => [circle(11, "line"), path("M0 -15 V-6 M0 6 V15 M-15 0 H-6 M6 0 H15", "line")],
  aim_sighted: () => [circle(11, "fill"), path("M-5 0.5 L-1.5 4.5 L5.5 -4", "tick")],
  aim_good: (n) => [circle(14, "line"), s("text", { class: "mark small", y: 4.5, text: n ?? "" })],
  aim_fair: (n) => [square(14, "line"), s("text", { class: "mark small", y: 4.5, text: n ?? "" })],
  aim_doubtful: (n) => [
    path("M0 -19 L18 13 H-18 Z", "fill round"),
    s("text", { class: "mark small", y: 9, text: n ?? "!" }),
  ],

  // Votes: squares, filled as far as the vote has come.
  vote_waiting: () => [square(9, "line"), path("M-3.5 0 H3.5", "line thin")],
  vote_recorded: () => [square(9, "line"), path("M-9 9 L9 -9 V9 Z", "fill")],
  vote_counted: () => [square(10, "fill"), path("M-5 0.5 L-1.5 4.5 L5.5 -4", "tick")],
  draft: () => [square(10, "line dashed")],
  voting: () => [square(10, "line"), path("M-5 5 V0 M0 5 V-5 M5 5 V2", "line")],
  receiving: () => [square(11, "line dashed"), path("M0 -5.5 V4 M-4.5 0 L0 4.8 L4.5 0", "line")],
  paused: () => [square(11, "line thin"), path("M-6 -6 H-2 V6 H-6 Z M2 -6 H6 V6 H2 Z", "fill")],
  counted: () => [square(10, "line"), path("M-5 0.5 L-1.5 4.5 L5.5 -4", "line")],
  stopped: () => [square(10, "line thin"), path("M-5 -5 L5 5 M5 -5 L-5 5", "line thin")],
  failed: () => [circle(11, "line"), path("M-5 -5 L5 5 M5 -5 L-5 5", "line")],
  ready: () => [circle(11, "line"), path("M-5 0.5 L-1.5 4.5 L5.5 -4", "line")],
  ok: () => [circle(11, "line"), path("M-5 0.5 L-1.5 4.5 L5.5 -4", "line")],
};

/** Draw a state into an SVG group, only when it changed. */
export function drawGlyph(group, state, n = null) {
  const drawn = `${state}:${n ?? ""}`;
  if (group.dataset.drawn === drawn) return;
  group.dataset.drawn = drawn;
  setAttr(group, "class", `glyph ${state}`);
  group.replaceChildren(...SHAPES[state](n));
}

/** A glyph to stand in a line of text; a word beside it says the same. */
export function inlineGlyph(state, n = null) {
  const group = s("g");
  const picture = s("svg", { class: "icon", viewBox: "-16 -16 32 32", "aria-hidden": "true" }, group);
  drawGlyph(group, state, n);
  return picture;
}

/** Change an inline glyph. */
export function setGlyph(picture, state, n = null) {
  drawGlyph(picture.firstElementChild, state, n);
}

/** Glyph and word together: {node, set(state, word, n)}. */
export function stateWord() {
  const icon = inlineGlyph("unconfirmed");
  const word = h("span", { class: "word" });
  const node = h("span", { class: "state-word" }, icon, word);
  return {
    node,
    set(state, text, n = null) {
      setGlyph(icon, state, n);
      if (word.textContent !== text) word.textContent = text;
      setAttr(node, "data-state", state);
    },
  };
}
