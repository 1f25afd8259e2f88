/** Cameras and displays on the map: symbols, fields of view, lines to their targets. */

import { joined, keyed, s, setAttr, setAttrs, setText } from "../dom.js";
import { cone, spreadLabels } from "../geometry.js";
import { said } from "../i18n.js";
import { healthMeaning } from "../meaning.js";

/** On a smaller map the names of cameras would cover other things. */
const LABELS_FROM_PX_PER_M = 34;
const LABEL_CHAR_PX = 6.9;
/** A view is drawn a little beyond its target, or without one over this part of the map. */
const BEYOND_TARGET = 1.12;
const REACH_WITHOUT_TARGET = 0.42;
const LABEL_LINE_PX = 22;

/** Draw the cones and target lines of all cameras into a layer under the seats. */
export function drawViews(layer, roomId, room, layout, confirmed) {
  const seen = layout.cameras.flatMap((camera) => {
    const actual = room.cameras?.[camera.device.id];
    return confirmed && actual && actual.pan_deg !== null ? [{ ...camera, actual }] : [];
  });
  keyed(layer, seen, (c) => c.device.id, (c) => makeView(`fade-${roomId}-${c.device.id}`), (node, camera) => {
    const { actual } = camera;
    const target = targetSeat(actual.target, roomId, layout);
    const bearing = (camera.device.heading_deg ?? 0) + actual.pan_deg;
    const far = target
      ? Math.hypot(target.x - camera.x, target.y - camera.y) * BEYOND_TARGET
      : Math.max(layout.width, layout.height) * REACH_WITHOUT_TARGET;
    const [left, right] = cone(camera, bearing, Math.min(Math.max(actual.fov_deg ?? 4, 3), 120), far);
    setAttr(node, "class", `view${actual.on_air ? " on-air" : ""}`);
    setAttrs(node.fade, { cx: camera.x, cy: camera.y, r: far });
    const arc = `A${far} ${far} 0 0 1 ${right.x} ${right.y}`;
    setAttr(node.area, "d", `M${camera.x} ${camera.y} L${left.x} ${left.y} ${arc} Z`);
    setAttr(node.line, "class", `target${actual.arrived ? " arrived" : ""}`);
    setAttr(node.line, "visibility", target ? null : "hidden");
    if (target) setAttrs(node.line, { x1: camera.x, y1: camera.y, x2: target.x, y2: target.y });
  });
}

function makeView(fadeId) {
  const fade = s(
    "radialGradient",
    { id: fadeId, gradientUnits: "userSpaceOnUse" },
    s("stop", { offset: "0", class: "near" }),
    s("stop", { offset: "1", class: "far" }),
  );
  const area = s("path", { class: "cone", fill: `url(#${fadeId})` });
  const line = s("line", { class: "target" });
  return Object.assign(s("g", {}, fade, area, line), { fade, area, line });
}

function targetSeat(target, roomId, layout) {
  const [room, number] = (target ?? "").split("/");
  return room === roomId ? layout.seats.find((seat) => String(seat.number) === number) : undefined;
}

/** A camera's symbol: turns with its real pan; `?` when that is not known. */
export function makeCamera() {
  const body = s(
    "g",
    { class: "body" },
    s("path", { d: "M-4 -6 L-8 -14 H8 L4 -6 Z", class: "lens" }),
    s("rect", { x: -8, y: -7, width: 16, height: 16, rx: 4, class: "case" }),
  );
  const doubt = s("text", { class: "mark", y: 4.5, text: "?" });
  const label = s("text", { class: "device-label" });
  const air = s("rect", { class: "air", rx: 10, height: 21 });
  const halo = s("circle", { class: "halo", r: 19 });
  return Object.assign(s("g", {}, halo, body, doubt, air, label), { body, doubt, label, air });
}

/** Patch a camera's symbol. Returns its words for tooltips and readers. */
export function showCamera(node, camera, actual, layout, view, confirmed) {
  const isKnown = confirmed && actual && actual.pan_deg !== null;
  const onAir = Boolean(confirmed && actual?.on_air);
  const bearing = (camera.device.heading_deg ?? 0) + (isKnown ? actual.pan_deg : 0);
  node.body.style.transform = `rotate(${bearing}deg)`;
  setAttr(node.doubt, "visibility", isKnown ? "hidden" : null);
  const isFault = confirmed && actual?.health === "fault";
  setClass(node, "thing", "camera", onAir && "on-air", isFault && "fault", !isKnown && "unknown");
  const title = said(camera.device.title, view.lang) || camera.device.id;
  const airText = view.t("ui_on_air");
  const name = layout.scale < LABELS_FROM_PX_PER_M ? "" : title;
  setText(node.label, joined(name, onAir && airText));
  setAttr(node.air, "visibility", onAir ? null : "hidden");
  const health = healthMeaning(actual, confirmed);
  return { title, words: onAir ? [airText, view.t(health.key)] : [view.t(health.key)], state: health.state };
}

/** Put the names of devices behind them, so that none covers another; on air on a filled plate. */
export function placeDeviceLabels(items, layout) {
  const named = items.filter((item) => item.node.label?.textContent);
  const wishes = named.map((item) => {
    const plate = item.node.classList.contains("on-air") ? 16 : 0;
    const width = item.node.label.textContent.length * LABEL_CHAR_PX + plate;
    const x = Math.max(width / 2, Math.min(item.x, layout.width - width / 2));
    const isBelow = item.y > layout.height / 2;
    const off = item.kind === "camera" ? 26 : 18;
    return { x, y: item.y + (isBelow ? off : -off), width, facing: { x: 0, y: isBelow ? 1 : -1 } };
  });
  spreadLabels(wishes, LABEL_LINE_PX, [], layout.height).forEach((place, i) => {
    const { node, x, y } = named[i];
    setAttrs(node.label, { x: place.x - x, y: place.y - y + 4.5 });
    if (node.air) {
      const { width } = wishes[i];
      setAttrs(node.air, { width, x: place.x - x - width / 2, y: place.y - y - 10.5 });
    }
  });
}

/** A display's symbol: a bar, lit when it proved to be on. */
export function makeDisplay() {
  const bar = s("rect", { x: -26, y: -5, width: 52, height: 10, rx: 3, class: "bar" });
  const label = s("text", { class: "device-label" });
  const halo = s("rect", { class: "halo", x: -31, y: -10, width: 62, height: 20, rx: 7 });
  return Object.assign(s("g", {}, halo, bar, label), { bar, label });
}

/** Patch a display's symbol. */
export function showDisplay(node, display, actual, view, confirmed) {
  const power = confirmed ? (actual?.power ?? null) : null;
  const word = power === null ? "ui_state_unconfirmed" : power ? "ui_on" : "ui_off";
  const isFault = confirmed && actual?.health === "fault";
  setClass(node, "thing", "display", power === null && "unknown", power && "lit", isFault && "fault");
  setAttr(node.bar, "transform", display.device.heading_deg === null ? null : `rotate(${display.device.heading_deg})`);
  const title = said(display.device.title, view.lang) || display.device.id;
  setText(node.label, title);
  const known = power === null ? "unconfirmed" : "ok";
  return { title, words: [view.t(isFault ? "ui_state_fault" : word)], state: isFault ? "fault" : known };
}

function setClass(node, ...names) {
  setAttr(node, "class", names.filter(Boolean).join(" "));
}

/** A small box with the name of what the pointer or the focus is on. */
export function makeTip() {
  const title = s("text", { class: "tip-title", y: 17, x: 10 });
  const words = s("text", { class: "tip-words", y: 35, x: 10 });
  const box = s("rect", { rx: 6, height: 44 });
  const node = s("g", { class: "tip", "aria-hidden": "true", visibility: "hidden" }, box, title, words);
  return {
    node,
    hide: () => setAttr(node, "visibility", "hidden"),
    show(item, layout) {
      setText(title, item.tip[0]);
      setText(words, item.tip[1]);
      const width = Math.max(title.getComputedTextLength(), words.getComputedTextLength()) + 20;
      setAttr(box, "width", width);
      const x = Math.max(2, Math.min(item.x - width / 2, layout.width - width - 2));
      const y = item.y > 72 ? item.y - 66 : item.y + 24;
      setAttr(node, "transform", `translate(${x} ${y})`);
      setAttr(node, "visibility", null);
    },
  };
}
