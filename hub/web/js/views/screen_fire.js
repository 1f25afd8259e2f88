/**
 * Fire: the whole screen, in both languages at once, with shape and word. Who is not in the
 * burning room is told why the meeting stands still. It stays when the connection is lost.
 */

import { h, keyed, setAttr, setText } from "../dom.js";
import { fire } from "../floor.js";
import { inlineGlyph } from "../glyphs.js";
import { LANGUAGES, translator } from "../i18n.js";
import { roomNames } from "../names.js";

export class ScreenFire extends HTMLElement {
  #words = h("div", { class: "words" });

  connectedCallback() {
    setAttr(this, "role", "alert");
    this.append(inlineGlyph("fire"), this.#words, inlineGlyph("exit"));
  }

  update(view) {
    const { name } = view.scene;
    const isHere = name === "fire";
    setAttr(this, "hidden", !isHere && name !== "fire_elsewhere");
    setAttr(this, "data-here", String(isHere));
    if (!isHere && name !== "fire_elsewhere") return;
    const make = (lang) => h("div", { lang }, h("strong"), h("span"));
    keyed(this.#words, LANGUAGES, (lang) => lang, make, (node, lang) => {
      const t = translator(lang);
      const rooms = roomNames({ ...view, lang }, fire(view.state.floor).rooms);
      setText(node.firstChild, t(isHere ? "ui_screen_fire" : "ui_screen_fire_elsewhere"));
      setText(node.lastChild, isHere ? t("ui_screen_leave") : rooms);
    });
  }
}
