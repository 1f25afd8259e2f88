/** The maps of all rooms side by side, in the proportion of the rooms, and what the shapes mean. */

import { h, keyed, setAttr, setText } from "../dom.js";
import { inlineGlyph } from "../glyphs.js";
import { roomIds } from "../meaning.js";
import { SeatMap } from "./seat_map.js";

const LEGEND = [
  ["speaking", "speak_state_speaking"],
  ["opening", "ui_state_opening"],
  ["waiting", "ui_state_waiting_short"],
  ["present", "ui_state_present"],
  ["unassigned", "ui_state_unassigned"],
  ["suspended", "ui_state_suspended"],
  ["fault", "ui_state_fault"],
  ["unconfirmed", "ui_state_unconfirmed"],
];

export class RoomMaps extends HTMLElement {
  #maps = new Map();
  #row = h("div", { class: "maps" });
  #hint = h("p", { id: "map-hint", class: "hint" });
  #legend = h("ul", { class: "legend", role: "list" });
  #print = h("button", { type: "button", class: "action quiet small" });
  #words = [];

  connectedCallback() {
    for (const [state, key] of LEGEND) {
      const word = h("span");
      this.#words.push([word, key]);
      this.#legend.append(h("li", {}, inlineGlyph(state, state === "waiting" ? "2" : null), word));
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
