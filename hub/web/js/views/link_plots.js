/**
 * The last hour of each room: link and latencies as small plots.
 * Owns fetching the figures while the section is open; they are no part of the stream.
 */

import { PLOT, plotShape, unitOf } from "../care.js";
import { h, keyed, s, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";
import { roomIds } from "../meaning.js";
import { roomName } from "../names.js";

/** Samples come every ten seconds, a plot has one point a minute. */
const FETCH_MS = 20_000;

/** What everybody wants to see first. */
const FIRST = ["round_trip_ms", "outbox"];

export class LinkPlots extends HTMLElement {
  #summary = h("summary");
  #rooms = h("div", { class: "plot-rooms" });
  #details = h("details", { class: "plots" }, this.#summary, this.#rooms);
  #found = new Map();
  #askedMs = -Infinity;
  #view = null;

  connectedCallback() {
    this.#details.addEventListener("toggle", () => this.#fetch());
    this.append(this.#details);
  }

  update(view) {
    this.#view = view;
    const ids = roomIds(view.state);
    setAttr(this, "hidden", ids.length === 0);
    setText(this.#summary, view.t("ui_plots"));
    keyed(this.#rooms, ids, (id) => id, makeRoom, (node, id) => node.show(view, id, this.#found.get(id)));
    this.#fetch();
  }

  async #fetch() {
    const isDue = performance.now() - this.#askedMs > FETCH_MS;
    if (!this.#details.open || !isDue || !this.#view || document.hidden) return;
    this.#askedMs = performance.now();
    for (const id of roomIds(this.#view.state)) {
      const answer = await fetch(`/api/v1/rooms/${encodeURIComponent(id)}/history`).catch(() => null);
      const body = answer?.ok ? await answer.json().catch(() => null) : null;
      this.#found.set(id, body?.series ?? false);
    }
    this.#view.refresh();
  }
}

function makeRoom() {
  const title = h("h3");
  const note = h("p", { class: "hint" });
  const list = h("div", { class: "plot-list" });
  const node = h("section", {}, title, note, list);
  node.show = (view, id, series) => {
    const room = view.state.rooms[id];
    setAttr(node, "data-room", id);
    setText(title, roomName(view, id));
    const names = Object.keys(series || {}).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    setAttr(note, "hidden", names.length > 0);
    setText(note, view.t(series === false ? "ui_plot_lost" : "ui_plot_none"));
    keyed(list, names, (name) => name, makePlot, (plot, name) => plot.show(view, room, name, series[name]));
  };
  return node;
}

function rank(name) {
  return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
}

/** What a figure is called; one that this page does not know stands for itself. */
function figureName(name, room, { t, lang }) {
  const known = {
    round_trip_ms: "ui_plot_round_trip",
    outbox: "ui_plot_outbox",
    "ears.ms_per_block": "ui_plot_ears",
    "ears.drift_ppm": "ui_plot_drift",
    refused_messages: "ui_plot_refused",
  }[name];
  if (known) return t(known);
  const [id, counter] = name.split(".");
  const device = room.plan?.devices.find((one) => one.id === id);
  const title = said(device?.title, lang) || id;
  return counter === "cycle_ms" ? t("ui_plot_cycle", { device: title }) : name;
}

function makePlot() {
  const title = h("figcaption");
  const band = s("path", { class: "band" });
  const line = s("path", { class: "median" });
  const top = s("text", { x: 0, y: 9, class: "axis" });
  const base = s("line", { x1: 0, x2: PLOT.width, y1: PLOT.height, y2: PLOT.height, class: "base" });
  const picture = s("svg", { viewBox: `-1 -2 ${PLOT.width + 2} ${PLOT.height + 3}`, role: "img" }, band, line, base, top);
  const begin = h("span");
  const now = h("span");
  const end = h("span");
  const node = h("figure", { class: "plot" }, title, picture, h("div", { class: "plot-axis" }, begin, now, end));
  node.show = (view, room, name, bands) => {
    const { t, lang } = view;
    const shape = plotShape(bands);
    const unit = unitOf(name);
    const figure = (value) => {
      const digits = Math.abs(value) < 10 && unit ? 1 : 0;
      const text = value.toLocaleString(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
      return unit ? `${text} ${unit}` : text;
    };
    const called = figureName(name, room, view);
    setAttr(node, "data-figure", name);
    setText(title, called);
    setAttr(band, "d", shape.band);
    setAttr(line, "d", shape.line);
    setText(top, unit ? `${shape.top.toLocaleString(lang)} ${unit}` : shape.top.toLocaleString(lang));
    setText(begin, t("ui_plot_begin"));
    setText(end, t("ui_plot_end"));
    const [least, middle, most] = (shape.last ?? [0, 0, 0]).map(figure);
    setText(now, t("ui_plot_now", { value: middle }));
    setAttr(picture, "aria-label", t("ui_plot_text", { name: called, least, middle, most }));
  };
  return node;
}
