/** What holds everybody back, said and not to be changed here: fire, mute, recess, priority. */

import { h, keyed, setAttr, setText } from "../dom.js";
import { fire, hushes } from "../floor.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { nameAt } from "../names.js";

export class SeatNotices extends HTMLElement {
  connectedCallback() {
    setAttr(this, "role", "status");
  }

  update(view) {
    const { t, state } = view;
    const found = hushes(state.floor).map(({ what, key, seat }) => ({
      what,
      glyph: "muted",
      text: t(key, { who: seat ? nameAt(view, seat) : "" }),
    }));
    if (fire(state.floor).state === "alarm") found.unshift({ what: "fire", glyph: "fire", text: t("ui_fire_leave") });
    keyed(this, found, (notice) => notice.what, makeNotice, (node, notice) => node.show(notice));
  }
}

function makeNotice({ what }) {
  const icon = inlineGlyph("muted");
  const text = h("span", { class: "what" });
  const node = h("p", { class: "notice", "data-notice": what }, icon, text);
  node.show = (notice) => {
    setGlyph(icon, notice.glyph);
    setText(text, notice.text);
  };
  return node;
}
