/**
 * Who speaks, who waits, and what holds them back: with the keys that change it.
 * With `data-chair` it leads a meeting: keys before the queue, priority among them, rules folded.
 */

import { actionButton, askingButton, commandNote } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";
import { hasQueue } from "../floor.js";
import { inlineGlyph } from "../glyphs.js";
import { chairSeat, isChair } from "../meaning.js";
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
  #priority = actionButton(() => this.#takePriority());
  #rulesHead = h("summary");
  #note = commandNote();
  #rules = new FloorRules();
  #settings = new FloorSettings();
  #view = null;

  connectedCallback() {
    const leads = this.hasAttribute("data-chair");
    const keys = h("div", { class: "row floor-keys" }, this.#next.node, leads ? this.#priority.node : null,
      this.#endTurn.node, this.#allOff.node, this.#recess.node, this.#mute.node);
    const speakers = [this.#hushes.node, this.#speakHead, this.#speaking, this.#nobody];
    const head = h("div", { class: "queue-head" }, this.#queueHead, this.#limits);
    const queue = [head, this.#debate, this.#queue, this.#nothing];
    const commands = [keys, this.#note.node];
    const rules = [this.#rules.node, this.#settings.node];
    if (leads) this.append(...speakers, ...commands, ...queue, h("details", { class: "folded" }, this.#rulesHead, ...rules));
    else this.append(...speakers, ...queue, ...commands, ...rules);
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
    const isAwaited = hasQueue(state) && state.floor.queue.some((waiting) => !waiting.suspended);
    const mayCall = isAwaited ? may : { enabled: false, why: t("ui_queue_none") };
    this.#next.update({ label: t("speak_invite_next"), ...mayCall });
    setText(this.#rulesHead, t("ui_chair_rules"));
    const isHeld = state.floor.hold !== null && state.floor.hold !== undefined;
    this.#priority.update({ label: t("speak_priority"), ...may, hidden: isHeld || chairSeat(state, view.seat) === null });
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

  #takePriority() {
    const seat = chairSeat(this.#view.state, this.#view.seat);
    this.#send("take_priority", { seat }, "speak_priority", (state) => state.floor.hold?.seat === seat);
  }

  #allMicrophonesOff() {
    const isOver = (state) => state.floor.speaking.every((turn) => isChair(turn.role));
    this.#send("all_off", {}, "mic_mute_all", isOver);
  }

  #hush(name, what, labelKey) {
    this.#send(name, { on: true }, labelKey, (state) => state.floor[what] === true);
  }
}
