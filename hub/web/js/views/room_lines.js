/** One line for each room, read first: ready, warning or fault, and the worst thing by name. */

import { h, keyed, setAttr, setText } from "../dom.js";
import { age } from "../format.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { floorCounts, roomIds, roomMeaning, seatsOf, sits } from "../meaning.js";
import { roomName } from "../names.js";

const WORDS = {
  ready: "meeting_state_ready",
  warning: "alarm_warning",
  fault: "failure",
  unconfirmed: "ui_state_unconfirmed",
};

export class RoomLines extends HTMLElement {
  #list = h("ul", { class: "room-lines", role: "list" });
  #empty = h("div", { class: "empty large" }, h("strong"), h("span"));

  connectedCallback() {
    this.append(this.#list, this.#empty);
  }

  update(view) {
    const ids = roomIds(view.state);
    setAttr(this.#empty, "hidden", ids.length > 0);
    setText(this.#empty.firstChild, view.t("ui_no_rooms"));
    setText(this.#empty.lastChild, view.t("ui_no_rooms_hint"));
    keyed(this.#list, ids, (id) => id, () => makeLine(), (node, id) => node.show(view, id));
  }
}

function makeLine() {
  const icon = inlineGlyph("ready");
  const title = h("span", { class: "title" });
  const word = h("span", { class: "level" });
  const worst = h("span", { class: "worst" });
  const counts = h("span", { class: "counts" });
  const node = h("li", { class: "room-line" }, icon, title, word, worst, counts);
  node.show = (view, id) => {
    const room = view.state.rooms[id];
    const meaning = roomMeaning(view.state, id, view.live);
    const floor = floorCounts(view.state, id);
    setAttr(node, "data-level", meaning.level);
    setAttr(node, "data-room", id);
    setGlyph(icon, meaning.level);
    setText(title, roomName(view, id));
    setText(word, view.t(WORDS[meaning.level]));
    setText(worst, worstText(meaning, view));
    const seats = seatsOf(room).length;
    setText(counts, sits(room) ? view.t("ui_room_counts", { ...floor, seats }) : view.t("ui_room_free", { seats }));
  };
  return node;
}

/** The worst thing of a room in words, and how many more there are. */
export function worstText({ level, worst, more }, view) {
  if (!worst) return level === "ready" ? view.t("ui_all_confirmed") : "";
  const text = worst.text ? said(worst.text, view.lang) : view.t(worst.key, worstValues(worst, view));
  return more > 0 ? `${text}, ${view.t("ui_more", { n: more })}` : text;
}

function worstValues(worst, view) {
  if (worst.key === "ui_room_offline_since") {
    const known = Number.isFinite(worst.since_ms);
    return { age: age(known ? view.hubNowMs() - worst.since_ms : null, view.t) };
  }
  if (worst.key === "ui_device_bad") {
    return { device: said(worst.device, view.lang), state: view.t(worst.stateKey).toLowerCase() };
  }
  return worst.values;
}
