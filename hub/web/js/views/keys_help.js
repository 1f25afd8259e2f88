/** The keys of the page, shown by `?`. */

import { h, keyed, setText } from "../dom.js";

const KEYS = [
  ["← ↑ → ↓", "ui_key_arrows"],
  ["Enter", "ui_key_enter"],
  ["Esc", "ui_key_esc"],
  ["1 2 3", "ui_key_rooms"],
  ["F", "ui_key_floor"],
  ["B", "ui_key_ballot"],
  ["/", "ui_key_log"],
  ["?", "ui_key_help"],
];

export class KeysHelp extends HTMLElement {
  #title = h("h2", { id: "keys-title" });
  #list = h("dl", { class: "keys" });
  #close = h("button", { type: "button", class: "action" });
  #dialog = h("dialog", { "aria-labelledby": "keys-title" }, this.#title, this.#list, this.#close);

  connectedCallback() {
    this.#close.addEventListener("click", () => this.#dialog.close());
    this.append(this.#dialog);
  }

  update(view) {
    setText(this.#title, view.t("ui_keys"));
    setText(this.#close, view.t("ui_close"));
    const make = ([key]) => h("div", {}, h("dt", {}, h("kbd", { text: key })), h("dd"));
    keyed(this.#list, KEYS, ([key]) => key, make, (node, [, label]) => setText(node.lastChild, view.t(label)));
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}
