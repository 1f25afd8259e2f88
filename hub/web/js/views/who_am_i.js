/** Who is signed in, and the key to sign out: for the header of every page. */

import { h, setAttr, setText } from "../dom.js";
import { me, signOut } from "../me.js";

/** `<who-am-i>`: `update({t})` like every view; it asks the hub by itself. */
export class WhoAmI extends HTMLElement {
  #name = h("span", { class: "who-name" });
  #role = h("span", { class: "who-role" });
  #key = h("button", { type: "button", class: "action small", on: { click: () => this.#leave() } });
  #who = null;
  #t = null;

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.append(h("span", { class: "who" }, this.#name, this.#role), this.#key);
    setAttr(this, "hidden", true);
    me().then((who) => {
      this.#who = who;
      this.#draw();
    });
  }

  update({ t }) {
    if (this.#t?.lang === t.lang) return;
    this.#t = t;
    this.#draw();
  }

  #draw() {
    setAttr(this, "hidden", this.#who === null || this.#t === null);
    if (this.hidden) return;
    const { name, role, seat } = this.#who;
    const named = this.#t(`ui_access_${role}`);
    setText(this.#name, name === role ? named : name);
    setText(this.#role, [name === role ? null : named, seat].filter(Boolean).join(" · "));
    setText(this.#key, this.#t("ui_access_sign_out"));
  }

  #leave() {
    setAttr(this.#key, "aria-busy", "true");
    signOut();
  }
}
