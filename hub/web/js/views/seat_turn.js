/** My turn: how I stand in words, my time, and the one big key whose label is its effect. */

import { actionButton, commandNote } from "../controls.js";
import { h, joined, setAttr, setText } from "../dom.js";
import { clock } from "../format.js";
import { stateWord } from "../glyphs.js";
import { isKnown, placeOf, timesOf, turnOf } from "../my_seat.js";

const ACTIONS = {
  ask: { name: "ask_floor", label: "ui_ask_floor" },
  withdraw: { name: "withdraw", label: "ui_withdraw" },
  end: { name: "withdraw", label: "ui_end_speech" },
};
/** The number stands beside it already. */
const TIME_KEYS = { calm: "ui_screen_left", warning: "ui_screen_short", over: "ui_screen_over" };
const REGISTRATION_KEYS = { paused: "ui_registration_is_paused", closed: "ui_registration_is_closed" };
const THING = "turn";

export class SeatTurn extends HTMLElement {
  #heading = h("h2", { class: "visually-hidden", id: "turn-title", tabindex: "-1" });
  #state = stateWord();
  #clock = h("strong", { class: "clock" });
  #time = h("span", { class: "time-word" });
  #filled = h("span", { class: "filled" });
  #bar = h("span", { class: "time-bar", "aria-hidden": "true" }, this.#filled);
  #times = h("div", { class: "my-time" }, this.#clock, this.#time, this.#bar);
  #closed = h("p", { class: "hint" });
  #key = actionButton(() => this.#send(this.#now.action), { kind: "key" });
  #debate = actionButton(() => this.#send("ask", "debate", "speak_debate"));
  #order = actionButton(() => this.#send("ask", "point_of_order", "speak_point_of_order"));
  #others = h("div", { class: "row" }, this.#debate.node, this.#order.node);
  #note = commandNote();
  #view = null;
  #now = null;

  connectedCallback() {
    const words = h("p", { class: "my-state", role: "status" }, this.#state.node);
    this.append(this.#heading, words, this.#times, this.#key.node, this.#closed, this.#note.node, this.#others);
  }

  update(view) {
    this.#view = view;
    const { t, state, seat } = view;
    const isHere = seat !== null && isKnown(state, seat);
    setAttr(this, "hidden", !isHere);
    if (!isHere) return;
    this.#now = turnOf(state, seat);
    const { place, action } = this.#now;
    const isSure = view.may(placeOf(seat).room).enabled;
    setText(this.#heading, t("ui_my_turn"));
    setAttr(this, "data-state", isSure ? this.#now.state : "unconfirmed");
    const words = t(this.#now.key, { n: place });
    const where = place >= 0 && this.#now.state !== "suspended" ? t("speak_queue_position", { n: place + 1 }) : "";
    this.#state.set(isSure ? this.#now.state : "unconfirmed", joined(where, words), place >= 0 ? place + 1 : null);
    this.#showTimes(view);
    this.#showKeys(view, action);
  }

  #showTimes(view) {
    const { t, state } = view;
    const times = timesOf(state, this.#now.turn, view.sinceMs(state.floor));
    setAttr(this.#times, "hidden", times === null);
    if (times === null) return;
    const isTimed = times.leftMs !== null;
    setAttr(this.#times, "data-phase", times.phase);
    setText(this.#clock, clock(isTimed ? Math.abs(times.leftMs) : times.spentMs));
    setText(this.#time, t(isTimed ? TIME_KEYS[times.phase] : "speak_state_speaking"));
    setAttr(this.#bar, "hidden", !isTimed);
    if (isTimed) this.#filled.style.width = `${Math.min(100, (100 * times.spentMs) / Math.max(times.limitMs, 1))}%`;
  }

  #showKeys(view, action) {
    const { t, state, seat } = view;
    const may = view.may(placeOf(seat).room);
    const closedKey = action === "ask" ? REGISTRATION_KEYS[state.floor.registration] : undefined;
    this.#key.update({ label: t(ACTIONS[action].label), ...may });
    setAttr(this.#key.node, "data-action", action);
    setAttr(this.#key.node, "aria-busy", view.commands.isPending(THING) ? "true" : null);
    setText(this.#closed, closedKey ? t(closedKey) : "");
    setAttr(this.#closed, "hidden", !closedKey);
    const isAsking = action === "ask";
    setAttr(this.#others, "hidden", !isAsking);
    this.#debate.update({ label: t("speak_debate"), ...may, hidden: !state.floor.debating });
    this.#order.update({ label: t("speak_point_of_order"), ...may });
    this.#note.update(view, THING);
  }

  #send(action, kind = "speech", labelKey = ACTIONS[action].label) {
    const { seat } = this.#view;
    const isIn = (state) => turnOf(state, seat).action !== "ask";
    this.#view.commands.send(ACTIONS[action].name, action === "ask" ? { seat, kind } : { seat }, {
      thing: THING,
      labelKey,
      proof: (state) => isIn(state) === (action === "ask"),
    });
  }
}
