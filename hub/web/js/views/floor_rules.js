/** By which rule people speak: registration, debate, mode, number of microphones. */

import { actionButton, askingButton, choiceKeys, commandNote } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";
import { MODES, REGISTRATIONS } from "../floor.js";

const MIC_RANGE = [1, 25];

/** {node, update(view)}. */
export class FloorRules {
  #view = null;
  #registrationHead = h("h3");
  #registration = choiceKeys(REGISTRATIONS, (to) => this.#setRegistration(to));
  #registrationHint = h("p", { class: "hint" });
  #debate = actionButton(() => this.#setDebate());
  #clear = askingButton(() => this.#clearQueue());
  #registrationNote = commandNote();
  #modeHead = h("h3");
  #modes = choiceKeys(MODES, (mode) => this.#setMode({ mode }), "grid");
  #fewer = actionButton(() => this.#setMode({ max_open: this.#view.state.meeting.max_open - 1 }), { kind: "round" });
  #more = actionButton(() => this.#setMode({ max_open: this.#view.state.meeting.max_open + 1 }), { kind: "round" });
  #maxLabel = h("span", { class: "max-label" });
  #max = h("output", { class: "max" });
  #modeNote = commandNote();

  constructor() {
    const stepper = h("div", { class: "row stepper" }, this.#maxLabel, this.#fewer.node, this.#max, this.#more.node);
    const keys = h("div", { class: "row" }, this.#debate.node, this.#clear.node);
    this.node = h("div", {},
      h("div", { class: "rule" }, this.#registrationHead, this.#registration.node, this.#registrationHint, keys,
        this.#registrationNote.node),
      h("div", { class: "rule" }, this.#modeHead, this.#modes.node, stepper, this.#modeNote.node));
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const { floor, meeting } = state;
    const may = view.may(null);
    setText(this.#registrationHead, t("ui_registration"));
    const pressed = floor.registration ?? "open";
    this.#registration.update({ label: t("ui_registration"), pressed, may, t });
    setText(this.#registrationHint, t("ui_registration_hint"));
    setAttr(this.#registrationHint, "hidden", pressed === "open");
    this.#debate.update({ label: t(floor.debating ? "ui_debate_end" : "ui_debate_start"), ...may });
    const n = floor.queue.length;
    const question = t("ui_clear_queue_ask", { n });
    const clear = { enabled: may.enabled && n > 0, why: may.enabled ? t("ui_queue_none") : may.why };
    this.#clear.update({ label: t("ui_clear_queue"), question, cancel: t("ui_cancel"), ...clear });
    this.#registrationNote.update(view, "registration");
    this.#showModes(view, meeting, may);
  }

  #showModes(view, meeting, may) {
    const { t } = view;
    setText(this.#modeHead, t("ui_mode"));
    this.#modes.update({ label: t("ui_mode"), pressed: meeting.mode, may, t });
    setText(this.#maxLabel, t("mic_max_open"));
    setText(this.#max, String(meeting.max_open));
    const [least, most] = MIC_RANGE;
    this.#fewer.update({ label: "−", name: t("ui_fewer"), ...may, enabled: may.enabled && meeting.max_open > least });
    this.#more.update({ label: "+", name: t("ui_more_mics"), ...may, enabled: may.enabled && meeting.max_open < most });
    this.#modeNote.update(view, "mode");
  }

  #setRegistration(to) {
    const labelKey = { open: "speak_queue_open", paused: "speak_queue_pause", closed: "speak_queue_close" }[to];
    this.#send("set_registration", { to }, "registration", labelKey, (state) => state.floor.registration === to);
  }

  #setDebate() {
    const on = !this.#view.state.floor.debating;
    const labelKey = on ? "ui_debate_start" : "ui_debate_end";
    this.#send("set_debate", { on }, "registration", labelKey, (state) => state.floor.debating === on);
  }

  #clearQueue() {
    const isClear = (state) => state.floor.queue.length === 0;
    this.#send("clear_queue", {}, "registration", "ui_clear_queue", isClear);
  }

  #setMode(change) {
    const { mode, max_open, queue_max } = this.#view.state.meeting;
    this.#send("set_mode", { mode, max_open, queue_max, ...change }, "mode", "ui_cmd_set_mode", null);
  }

  #send(name, args, thing, labelKey, proof) {
    this.#view.commands.send(name, args, { thing, labelKey, proof });
  }
}
