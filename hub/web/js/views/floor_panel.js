/** Who speaks, who waits, and what holds them back: with the keys that change it. */

import { actionButton, askingButton, commandNote } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";
import { hasQueue } from "../floor.js";
import { inlineGlyph } from "../glyphs.js";
import { isChair } from "../meaning.js";
import { hushLines } from "./floor_hush.js";
import { FloorRules } from "./floor_rules.js";
import { FloorSettings } from "./floor_settings.js";
import { showQueue, showSpeakers } from "./floor_turns.js";

export class FloorPanel extends HTMLElement {
  #hushes = hushLines();
  #speakHead = h("h2", { id: "floor-title", tabindex: "-1" });
  #speaking = h("ul", { class: "turns", role: "list" });
  #nobody = h("p", { class: "empty" });
  #queueHead = h("h2");
  #debating = h("span");
  #debate = h("p", { class: "debating" }, inlineGlyph("debate"), this.#debating);
  #queue = h("ol", { class: "turns queue", role: "list" });
  #nothing = h("p", { class: "empty" });
  #limits = h("p", { class: "limits" });
  #next = actionButton(() => this.#send("next", {}, "speak_invite_next"), { kind: "primary" });
  #endTurn = actionButton(() => this.#send("end_turn", {}, "speak_end_turn"));
  #allOff = askingButton(() => this.#allMicrophonesOff());
  #recess = askingButton(() => this.#hush("set_recess", "recess", "meeting_recess"));
  #mute = askingButton(() => this.#hush("set_muted", "muted", "emergency_mute"), { kind: "grave" });
  #note = commandNote();
  #rules = new FloorRules();
  #settings = new FloorSettings();
  #view = null;

  connectedCallback() {
    const keys = h("div", { class: "row floor-keys" },
      this.#next.node, this.#endTurn.node, this.#allOff.node, this.#recess.node, this.#mute.node);
    this.append(
      this.#hushes.node, this.#speakHead, this.#speaking, this.#nobody,
      h("div", { class: "queue-head" }, this.#queueHead, this.#limits), this.#debate, this.#queue, this.#nothing,
      keys, this.#note.node, this.#rules.node, this.#settings.node,
    );
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const { speaking } = state.floor;
    const { meeting } = state;
    const queue = hasQueue(state) ? state.floor.queue : [];
    this.#hushes.update(view);
    setText(this.#speakHead, t("ui_speaking_head"));
    setText(this.#queueHead, t("speak_queue"));
    setText(this.#nobody, t("ui_speaking_none"));
    setText(this.#nothing, t("ui_queue_none"));
    setText(this.#debating, t("ui_hush_debating"));
    setAttr(this.#debate, "hidden", !state.floor.debating);
    setAttr(this.#nobody, "hidden", speaking.length > 0);
    setAttr(this.#nothing, "hidden", queue.length > 0);
    showSpeakers(this.#speaking, view);
    showQueue(this.#queue, queue, view);
    const counts = { open: speaking.filter((turn) => !isChair(turn.role)).length, queue: queue.length };
    setText(this.#limits, t("ui_limits", { ...counts, max: meeting.max_open, queue_max: meeting.queue_max }));
    this.#showKeys(view);
    this.#rules.update(view);
    this.#settings.update(view);
  }

  #showKeys(view) {
    const { t, state } = view;
    const may = view.may(null);
    const cancel = t("ui_cancel");
    const n = state.floor.speaking.filter((turn) => !isChair(turn.role)).length;
    this.#next.update({ label: t("speak_invite_next"), ...may });
    this.#endTurn.update({ label: t("speak_end_turn"), ...may });
    const allOff = n > 0 ? t("ui_all_off_ask", { n }) : t("mic_mute_all");
    this.#allOff.update({ label: t("mic_mute_all"), question: allOff, cancel, ...may });
    const recess = t("ui_recess_ask", { n });
    this.#recess.update({ label: t("meeting_recess"), question: recess, cancel, ...may, hidden: state.floor.recess });
    const mute = t("ui_mute_ask");
    this.#mute.update({ label: t("emergency_mute"), question: mute, cancel, ...may, hidden: state.floor.muted });
    this.#note.update(view, "floor");
  }

  #send(name, args, labelKey, proof = null) {
    this.#view.commands.send(name, args, { thing: "floor", labelKey, proof });
  }

  #allMicrophonesOff() {
    const isOver = (state) => state.floor.speaking.every((turn) => isChair(turn.role));
    this.#send("all_off", {}, "mic_mute_all", isOver);
  }

  #hush(name, what, labelKey) {
    this.#send(name, { on: true }, labelKey, (state) => state.floor[what] === true);
  }
}
