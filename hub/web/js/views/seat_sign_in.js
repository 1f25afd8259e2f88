/** Signing in at this seat, where people are asked to or only who signed in counts as there; then it is gone. */

import { actionButton, commandNote } from "../controls.js";
import { h, setAttr } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { isKnown } from "../my_seat.js";

export class SeatSignIn extends HTMLElement {
  #state = stateWord();
  #key = actionButton(() => this.#send(), { kind: "key primary" });
  #note = commandNote();
  #view = null;

  connectedCallback() {
    this.append(h("p", { role: "status" }, this.#state.node), this.#key.node, this.#note.node);
  }

  update(view) {
    this.#view = view;
    const { t, state, seat } = view;
    const present = state.seats?.[seat]?.present ?? null;
    const { asked, gate } = state.attendance;
    const isShown = seat !== null && isKnown(state, seat) && present === false && (asked || gate);
    setAttr(this, "hidden", !isShown);
    if (!isShown) return;
    this.#state.set("absent", t("ui_sign_in_please"));
    this.#key.update({ label: t("ui_sign_in_here"), ...view.may(null) });
    this.#note.update(view, "sign_in");
  }

  #send() {
    const { seat } = this.#view;
    this.#view.commands.send("sign_in_seat", { seat }, {
      thing: "sign_in",
      labelKey: "ui_sign_in_here",
      proof: (state) => state.seats?.[seat]?.present === true,
    });
  }
}
