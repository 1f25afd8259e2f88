/** The selected seat, camera or display: what it is, what it proved, what can be done with it. */

import { h, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { CameraBody } from "./camera_body.js";
import { DisplayBody } from "./display_body.js";
import { SeatBody } from "./seat_body.js";

const BODIES = { seat: SeatBody, camera: CameraBody, display: DisplayBody };

export class ThingPanel extends HTMLElement {
  #state = stateWord();
  #title = h("h2", { id: "panel-title", tabindex: "-1" });
  #subtitle = h("p", { class: "subtitle" });
  #close = h("button", { type: "button", class: "action quiet close", text: "×" });
  #head = h("div", { class: "panel-head" }, this.#state.node, this.#close);
  #body = h("div", { class: "panel-body" });
  #shown = null;
  #view = null;

  connectedCallback() {
    setAttr(this, "role", "region");
    setAttr(this, "aria-labelledby", "panel-title");
    this.#close.addEventListener("click", () => this.#view.select(null));
    this.append(this.#head, this.#title, this.#subtitle, this.#body);
  }

  update(view) {
    this.#view = view;
    const { selection } = view;
    setAttr(this, "hidden", selection === null);
    setAttr(this.#close, "aria-label", view.t("ui_close"));
    this.#change(selection);
    if (!this.#shown) return;
    const head = this.#shown.body.update(view);
    setText(this.#title, head.title);
    setText(this.#subtitle, head.subtitle);
    this.#state.set(head.state, head.word, head.n ?? null);
  }

  /** Put the keyboard on the first button of what is selected. */
  focusFirst() {
    (this.querySelector(".panel-body button:not([hidden])") ?? this.#title).focus();
  }

  #change(selection) {
    const key = selection && `${selection.room}:${selection.kind}:${selection.id}`;
    if (key === (this.#shown?.key ?? null)) return;
    this.#shown = key === null ? null : { key, body: new BODIES[selection.kind](selection) };
    this.#body.replaceChildren(...(this.#shown ? [this.#shown.body.node] : []));
  }
}
