/** The rooms' screens on the page of codes: pair the one that shows a code, and unpair one. */

import { h, keyed, setAttr, setText } from "./dom.js";

const byId = (id) => document.getElementById(id);

/** `ask(path, body)` gives the hub's answer or null; `changed` is called after every change. */
export class Screens {
  #ask;
  #changed;
  #displays = null;
  #paired = null;

  constructor(ask, changed) {
    this.#ask = ask;
    this.#changed = changed;
    byId("pair").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#pair(byId("pair-code").value);
    });
  }

  /** Show them, to whoever may pair. */
  async open() {
    this.#take(await this.#ask("/api/v1/displays", null));
  }

  async #pair(code) {
    const answer = await this.#ask("/api/v1/displays", { code });
    this.#paired = answer?.room ?? null;
    if (answer !== null) byId("pair-code").value = "";
    this.#changed();
  }

  async #remove(id) {
    this.#paired = null;
    this.#take(await this.#ask("/api/v1/displays/remove", { id }));
  }

  #take(answer) {
    if (answer !== null) this.#displays = answer.displays;
    this.#changed();
  }

  draw(t) {
    setAttr(byId("screens"), "hidden", this.#displays === null);
    if (this.#displays === null) return;
    const none = this.#displays.length === 0 ? t("ui_screens_none") : "";
    setText(byId("pair-said"), this.#paired === null ? none : t("ui_screens_paired", { room: this.#paired }));
    keyed(
      byId("screen-list"),
      this.#displays,
      (display) => display.id,
      ({ id }) => h("li", {}, h("span"), h("button", { type: "button", class: "action small", on: { click: () => this.#remove(id) } })),
      (node, { room }) => {
        setText(node.firstChild, room);
        setText(node.lastChild, t("ui_screens_remove"));
        setAttr(node.lastChild, "aria-label", `${t("ui_screens_remove")}: ${room}`);
      },
    );
  }
}
