/** Who speaks now and how many wait: a delegate looks, the chair leads. */

import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { hasQueue, turnTimes } from "../floor.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { placeOf } from "../my_seat.js";

const NEXT_SHOWN = 3;

export class SeatOthers extends HTMLElement {
  #heading = h("h2");
  #list = h("ul", { class: "others", role: "list" });
  #none = h("p", { class: "empty" });
  #count = h("p", { class: "hint" });

  connectedCallback() {
    this.append(this.#heading, this.#list, this.#none, this.#count);
  }

  update(view) {
    const { t, state } = view;
    const queue = hasQueue(state) ? state.floor.queue : [];
    const lines = [
      ...state.floor.speaking.map((turn) => ({ ...turn, glyph: turn.muted ? "muted" : "speaking" })),
      ...queue.slice(0, NEXT_SHOWN).map((turn, i) => ({ ...turn, glyph: "waiting", n: i + 1 })),
    ];
    setText(this.#heading, t("ui_others"));
    setText(this.#none, t("ui_speaking_none"));
    setAttr(this.#none, "hidden", lines.length > 0);
    keyed(this.#list, lines, (line) => line.seat, makeLine, (node, line) => node.show(view, line));
    setText(this.#count, t("ui_queue_n", { n: queue.length }));
    setAttr(this.#count, "hidden", queue.length <= NEXT_SHOWN);
  }
}

function makeLine() {
  const icon = inlineGlyph("speaking");
  const name = h("span", { class: "name" });
  const where = h("span", { class: "where" });
  const time = h("span", { class: "clock" });
  const node = h("li", { class: "other" }, icon, h("span", { class: "who" }, name, where), time);
  node.show = (view, line) => {
    const { t, state } = view;
    const { room, number } = placeOf(line.seat);
    const isMe = line.seat === view.seat;
    setAttr(node, "data-me", isMe);
    setGlyph(icon, line.glyph, line.n);
    setText(name, line.name || t("seat_number", { n: number }));
    const word = line.n ? t("ui_state_waiting_short") : t(line.muted ? "mic_muted" : "speak_state_speaking");
    setText(where, joined(word, said(state.rooms[room]?.title, view.lang)));
    const spent = line.n ? null : turnTimes(line, state.floor.settings, view.sinceMs(state.floor));
    setText(time, spent ? clock(spent.spentMs) : "");
  };
  return node;
}
