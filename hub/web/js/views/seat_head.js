/** Whose page this is: name and seat; or why it is nobody's. */

import { h, joined, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";
import { isKnown, isOutside, placeOf } from "../my_seat.js";

export class SeatHead extends HTMLElement {
  #name = h("strong", { class: "my-name" });
  #where = h("span", { class: "my-seat" });
  #title = h("strong");
  #hint = h("span");
  #nobody = h("p", { class: "empty large", role: "status" }, this.#title, this.#hint);
  #me = h("p", { class: "me" }, this.#name, this.#where);

  connectedCallback() {
    this.append(this.#me, this.#nobody);
  }

  update(view) {
    const { t, state, seat } = view;
    const isHere = seat !== null && isKnown(state, seat);
    document.documentElement.dataset.seat = isHere ? "known" : "unknown";
    setAttr(this.#me, "hidden", !isHere);
    setAttr(this.#nobody, "hidden", isHere);
    const why = seat === null ? "ui_seat_none" : isOutside(state, seat) ? "ui_seat_free" : "ui_seat_gone";
    setText(this.#title, t(why, { seat }));
    setText(this.#hint, t(`${why}_hint`));
    if (!isHere) return;
    const { room, number } = placeOf(seat);
    const { names, title } = state.rooms[room];
    const name = names[number];
    setText(this.#name, name || t("seat_number", { n: number }));
    const isIn = state.seats?.[seat]?.present === true;
    const place = joined(name ? t("seat_number", { n: number }) : "", said(title, view.lang), isIn ? t("ui_signed_in") : "");
    setText(this.#where, place);
  }
}
