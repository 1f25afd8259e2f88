/** The maps of all rooms side by side, in the proportion of the rooms, and what the shapes mean. */

import { isVoting } from "../ballots.js";
import { h, keyed, setAttr, setText } from "../dom.js";
import { inlineGlyph } from "../glyphs.js";
import { roomIds } from "../meaning.js";
import { SeatMap } from "./seat_map.js";

const LEGEND = [
  ["speaking", "speak_state_speaking"],
  ["opening", "ui_state_opening"],
  ["muted", "ui_state_muted"],
  ["waiting", "ui_state_waiting_short"],
  ["debate", "ui_state_debate_short"],
  ["point_of_order", "ui_state_point_short"],
  ["present", "ui_state_present"],
  ["absent", "attendance_not_checked_in"],
  ["unassigned", "ui_state_unassigned"],
  ["suspended", "ui_state_suspended"],
  ["fault", "ui_state_fault"],
  ["unconfirmed", "ui_state_unconfirmed"],
];

/** Explained only while somebody votes. */
const VOTE_LEGEND = [
  ["vote_waiting", "vote_not_yet"],
  ["vote_recorded", "vote_recorded"],
  ["vote_counted", "vote_counted"],
];
const NUMBERED = new Set(["waiting", "debate", "point_of_order"]);

export class RoomMaps extends HTMLElement {
  #maps = new Map();
  #row = h("div", { class: "maps" });
  #hint = h("p", { id: "map-hint", class: "hint" });
  #legend = h("ul", { class: "legend", role: "list" });
  #print = h("button", { type: "button", class: "action quiet small" });
  #words = [];
  #voteLines = [];

  connectedCallback() {
    for (const [state, key] of [...LEGEND, ...VOTE_LEGEND]) {
      const word = h("span");
      const line = h("li", {}, inlineGlyph(state, NUMBERED.has(state) ? "2" : null), word);
      this.#words.push([word, key]);
      this.#legend.append(line);
      if (VOTE_LEGEND.some(([vote]) => vote === state)) this.#voteLines.push(line);
    }
    this.#print.addEventListener("click", () => window.print());
    this.append(this.#row, this.#legend, h("div", { class: "under-maps" }, this.#hint, this.#print));
  }

  update(view) {
    const ids = roomIds(view.state);
    keyed(this.#row, ids, (id) => id, (id) => this.#make(id, view), (node, id) => this.#maps.get(id).update(view));
    setText(this.#hint, view.t("ui_map_hint"));
    setText(this.#print, view.t("ui_print"));
    setAttr(this.#legend, "hidden", ids.length === 0);
    setAttr(this.#legend, "aria-label", view.t("ui_legend"));
    for (const line of this.#voteLines) setAttr(line, "hidden", !isVoting(view.state));
    for (const [word, key] of this.#words) setText(word, view.t(key));
  }

  /** Put the keyboard on the n-th room's map. */
  focusRoom(index) {
    this.#map(this.#row.children[index]?.dataset.room)?.focus();
  }

  /** Put the keyboard on a thing; false when it has no place on a map. */
  focusOn({ room, kind, id }) {
    return this.#map(room)?.focusOn(kind, id) ?? false;
  }

  /** Scroll a thing into view. */
  reveal({ room, kind, id }) {
    this.#map(room)?.reveal(kind, id);
  }

  #map(roomId) {
    return this.#maps.get(roomId);
  }

  #make(id, view) {
    const map = new SeatMap(id, view.refresh);
    this.#maps.set(id, map);
    return map.node;
  }
}
