/** Fire alarm: the largest thing on the page until it is acknowledged, and a line while the contact is closed. */

import { askingButton, commandNote } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";
import { fire } from "../floor.js";
import { inlineGlyph } from "../glyphs.js";
import { roomNames } from "../names.js";

export class FireBanner extends HTMLElement {
  #title = h("strong", { class: "fire-title" });
  #rooms = h("span", { class: "fire-rooms" });
  #effect = h("span", { class: "fire-effect" });
  #acknowledge = askingButton(() => this.#send());
  #note = commandNote();
  #view = null;

  connectedCallback() {
    setAttr(this, "role", "alert");
    const words = h("div", { class: "fire-words" }, this.#title, this.#rooms, this.#effect);
    this.append(inlineGlyph("fire"), words, this.#acknowledge.node, this.#note.node);
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const found = fire(state.floor);
    setAttr(this, "hidden", found.state === "none");
    setAttr(this, "data-fire", found.state);
    if (found.state === "none") return;
    const isAlarm = found.state === "alarm";
    const rooms = roomNames(view, found.rooms);
    setText(this.#title, isAlarm ? t("fire_alarm_active") : t("ui_fire_still", { rooms }));
    const where = rooms ? t("ui_fire_rooms", { rooms }) : t("ui_fire_over");
    setText(this.#rooms, isAlarm ? where : "");
    setText(this.#effect, isAlarm ? t("ui_fire_effect") : "");
    const words = { label: t("alarm_acknowledge"), question: t("ui_fire_ask"), cancel: t("ui_cancel") };
    this.#acknowledge.update({ ...words, ...view.may(null) });
    setAttr(this.#acknowledge.node, "hidden", !isAlarm);
    this.#note.update(view, "fire");
  }

  #send() {
    this.#view.commands.send("acknowledge_fire", {}, {
      thing: "fire",
      labelKey: "alarm_acknowledge",
      proof: (state) => !state.floor.alarm,
    });
  }
}
