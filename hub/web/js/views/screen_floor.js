/** Who speaks, the clock, and who is next: the largest things in the room. */

import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { KIND_KEYS, hushes, isStopped, turnTimes, waitingGlyph } from "../floor.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph, stateWord } from "../glyphs.js";
import { isChair, roleKey } from "../meaning.js";
import { nameAt, roomName } from "../names.js";
import { speakers, turnMeaning, waiting } from "../screen.js";

export class ScreenFloor extends HTMLElement {
  #first = makeSpeaker();
  #nobody = h("p", { class: "nobody" });
  #others = h("ul", { class: "others", role: "list" });
  #more = h("p", { class: "more" });
  #hush = h("p", { class: "hush" });
  #nextTitle = h("h2");
  #nextList = h("ol", { role: "list" });
  #nextMore = h("p", { class: "more" });
  #next = h("section", { class: "next" }, this.#nextTitle, this.#nextList, this.#nextMore);

  connectedCallback() {
    const speaking = h("div", { class: "speaking" }, this.#hush, this.#first, this.#nobody, this.#others, this.#more);
    this.append(speaking, this.#next);
  }

  update(view) {
    setAttr(this, "hidden", view.scene.name !== "floor");
    if (view.scene.name !== "floor") return;
    const { t, state } = view;
    const { first, others, more } = speakers(state);
    setAttr(this.#first, "hidden", first === null);
    setAttr(this.#nobody, "hidden", first !== null);
    setText(this.#nobody, t("ui_screen_nobody"));
    if (first) this.#first.show(view, first);
    keyed(this.#others, others, (turn) => turn.seat, makeOther, (node, turn) => node.show(view, turn));
    setAttr(this.#others, "hidden", others.length === 0);
    setAttr(this.#more, "hidden", more === 0);
    setText(this.#more, t("ui_screen_more_speaking", { n: more }));
    const hush = hushes(state.floor).find(({ what }) => what !== "recess");
    setAttr(this.#hush, "hidden", !hush);
    if (hush) setText(this.#hush, t(hush.key, { who: hush.seat ? nameOf(view, hush) : "" }));
    this.#showNext(view);
  }

  #showNext(view) {
    const { shown, more } = waiting(view.state);
    setAttr(this.#next, "hidden", shown.length === 0);
    setText(this.#nextTitle, view.t("ui_screen_next"));
    const places = shown.map((entry, i) => ({ ...entry, place: i + 1 }));
    keyed(this.#nextList, places, (entry) => entry.seat, makeWaiting, (node, entry) => node.show(view, entry));
    setAttr(this.#nextMore, "hidden", more === 0);
    setText(this.#nextMore, view.t("ui_screen_more_waiting", { n: more }));
  }
}

function nameOf(view, entry) {
  return entry.name || nameAt(view, entry.seat);
}

/** Role, and the room where that is another one. */
function placeOf(view, turn) {
  const room = turn.seat.split("/")[0];
  const elsewhere = room === view.room ? "" : roomName(view, room);
  return joined(isChair(turn.role) ? view.t(roleKey(turn.role)) : "", elsewhere);
}

const PHASES = {
  calm: { glyph: "present", key: "ui_screen_left" },
  warning: { glyph: "warning", key: "ui_screen_short" },
  over: { glyph: "over", key: "ui_screen_over" },
};

/** Clock of a turn: {text, phase, label}. */
function clockOf(view, turn) {
  const times = turnTimes(turn, view.state.floor.settings, view.sinceMs(view.state.floor));
  const { t } = view;
  if (isStopped(turn)) return { text: clock(times.leftMs ?? times.spentMs), phase: "calm", label: t("ui_screen_stopped") };
  if (times.leftMs === null) return { text: clock(times.spentMs), phase: "calm", label: t("ui_screen_spent") };
  const over = times.phase === "over";
  const text = over ? `+${clock(-times.leftMs)}` : clock(times.leftMs);
  return { text, phase: times.phase, label: t(PHASES[times.phase].key) };
}

function makeSpeaker() {
  const state = stateWord();
  const name = h("p", { class: "name" });
  const place = h("p", { class: "where" });
  const figure = h("p", { class: "clock" });
  const icon = inlineGlyph("present");
  const word = h("span");
  const phase = h("p", { class: "phase" }, icon, word);
  const node = h("div", { class: "speaker" }, state.node, name, place, h("div", { class: "time" }, figure, phase));
  node.show = (view, turn) => {
    const meaning = turnMeaning(view.state, turn, view.live);
    state.set(meaning.state, view.t(meaning.key));
    const text = nameOf(view, turn);
    setText(name, text);
    setAttr(name, "data-long", text.length > 24);
    setText(place, placeOf(view, turn));
    const now = clockOf(view, turn);
    setText(figure, now.text);
    setText(word, now.label);
    setGlyph(icon, PHASES[now.phase].glyph);
    setAttr(node, "data-phase", now.phase);
    setAttr(node, "data-seat", turn.seat);
  };
  return node;
}

function makeOther() {
  const state = stateWord();
  const name = h("span", { class: "name" });
  const figure = h("span", { class: "clock" });
  const node = h("li", {}, state.node, name, figure);
  node.show = (view, turn) => {
    const meaning = turnMeaning(view.state, turn, view.live);
    state.set(meaning.state, view.t(meaning.key));
    setText(name, joined(nameOf(view, turn), placeOf(view, turn)));
    setText(figure, clockOf(view, turn).text);
  };
  return node;
}

function makeWaiting() {
  const icon = inlineGlyph("waiting", 1);
  const name = h("span", { class: "name" });
  const place = h("span", { class: "where" });
  const node = h("li", {}, icon, name, place);
  node.show = (view, entry) => {
    const { t } = view;
    setGlyph(icon, entry.suspended ? "suspended" : waitingGlyph(entry.kind), entry.suspended ? null : entry.place);
    setText(name, nameOf(view, entry));
    const kind = KIND_KEYS[entry.kind] ? t(KIND_KEYS[entry.kind]) : "";
    setText(place, joined(kind, placeOf(view, entry), entry.suspended ? t("ui_state_suspended") : ""));
  };
  return node;
}
