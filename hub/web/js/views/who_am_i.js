/** Who is signed in, and the key to sign out: for the header of every page. */

import { h, keyed, setAttr, setText } from "../dom.js";
import { me, signOut } from "../me.js";

/** `<who-am-i>`: `update({t})` like every view; it asks the hub by itself. */
export class WhoAmI extends HTMLElement {
  #name = h("span", { class: "who-name" });
  #role = h("span", { class: "who-role" });
  #links = h("nav", {});
  #summary = h("summary", { class: "action small" });
  #pages = h("details", { class: "who-pages" }, this.#summary, this.#links);
  #key = h("button", { type: "button", class: "action small", on: { click: () => this.#leave() } });
  #who = null;
  #t = null;

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.append(h("span", { class: "who" }, this.#name, this.#role), this.#pages, this.#key);
    this.#pages.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#pages.open) return;
      event.preventDefault(); // it closes this list and nothing else
      this.#pages.open = false;
      this.#summary.focus();
    });
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
    this.#drawPages();
    setText(this.#key, this.#t("ui_access_sign_out"));
  }

  #drawPages() {
    const others = this.#who.pages.filter((page) => page !== location.pathname);
    setAttr(this.#pages, "hidden", others.length === 0);
    setText(this.#summary, this.#t("ui_access_pages"));
    keyed(
      this.#links,
      others,
      (page) => page,
      (page) => h("a", { href: page }),
      (node, page) => setText(node, this.#t(`ui_access_page_${page.slice(1)}`)),
    );
  }

  #leave() {
    setAttr(this.#key, "aria-busy", "true");
    signOut();
  }
}
