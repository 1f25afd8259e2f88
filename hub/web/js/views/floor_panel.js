/** Who speaks, who waits, and by which rule: with the keys that change it. */

import { actionButton, askingButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { isConfirmed, roleKey, seatMeaning } from "../meaning.js";
import { sendMicrophone } from "./seat_body.js";

const MIC_RANGE = [1, 25];

export class FloorPanel extends HTMLElement {
  #speakHead = h("h2", { id: "floor-title", tabindex: "-1" });
  #speaking = h("ul", { class: "turns", role: "list" });
  #nobody = h("p", { class: "empty" });
  #queueHead = h("h2");
  #queue = h("ol", { class: "turns queue", role: "list" });
  #nothing = h("p", { class: "empty" });
  #limits = h("p", { class: "limits" });
  #next = actionButton(() => this.#send("next", {}, "floor", "speak_invite_next"), { kind: "primary" });
  #allOff = askingButton(() => this.#allMicrophonesOff());
  #note = commandNote();
  #modeHead = h("h3");
  #open = actionButton(() => this.#setMode({ mode: "open" }), { kind: "choice" });
  #request = actionButton(() => this.#setMode({ mode: "request" }), { kind: "choice" });
  #fewer = actionButton(() => this.#setMode({ max_open: this.#view.state.meeting.max_open - 1 }), { kind: "round" });
  #more = actionButton(() => this.#setMode({ max_open: this.#view.state.meeting.max_open + 1 }), { kind: "round" });
  #maxLabel = h("span", { class: "max-label" });
  #max = h("output", { class: "max" });
  #modeNote = commandNote();
  #view = null;

  connectedCallback() {
    const stepper = h("div", { class: "row stepper" }, this.#maxLabel, this.#fewer.node, this.#max, this.#more.node);
    const modes = h("div", { class: "row choices", role: "group" }, this.#open.node, this.#request.node);
    this.modes = modes;
    this.append(
      this.#speakHead, this.#speaking, this.#nobody,
      h("div", { class: "queue-head" }, this.#queueHead, this.#limits), this.#queue, this.#nothing,
      h("div", { class: "row floor-keys" }, this.#next.node, this.#allOff.node), this.#note.node,
      h("div", { class: "mode" }, this.#modeHead, modes, stepper, this.#modeNote.node),
    );
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const { speaking, queue } = state.floor;
    const { meeting } = state;
    setText(this.#speakHead, t("ui_speaking_head"));
    setText(this.#queueHead, t("speak_queue"));
    setText(this.#nobody, t("ui_speaking_none"));
    setText(this.#nothing, t("ui_queue_none"));
    setAttr(this.#nobody, "hidden", speaking.length > 0);
    setAttr(this.#nothing, "hidden", queue.length > 0);
    showTurns(this.#speaking, speaking, "close_microphone", view);
    showTurns(this.#queue, queue.map((waiting, i) => ({ ...waiting, place: i + 1 })), "open_microphone", view);
    const counts = { open: speaking.length, queue: queue.length };
    setText(this.#limits, t("ui_limits", { ...counts, max: meeting.max_open, queue_max: meeting.queue_max }));
    this.#showKeys(view, meeting);
  }

  #showKeys(view, meeting) {
    const { t } = view;
    const may = view.may(null);
    const n = view.state.floor.speaking.length;
    this.#next.update({ label: t("speak_invite_next"), ...may });
    const question = n > 0 ? t("ui_all_off_ask", { n }) : t("mic_mute_all");
    this.#allOff.update({ label: t("mic_mute_all"), question, cancel: t("ui_cancel"), ...may });
    this.#note.update(view, "floor");
    setText(this.#modeHead, t("ui_mode"));
    setAttr(this.modes, "aria-label", t("ui_mode"));
    this.#open.update({ label: t("mode_open"), ...may, pressed: meeting.mode === "open" });
    this.#request.update({ label: t("mode_request"), ...may, pressed: meeting.mode === "request" });
    setText(this.#maxLabel, t("mic_max_open"));
    setText(this.#max, String(meeting.max_open));
    const [least, most] = MIC_RANGE;
    this.#fewer.update({ label: "−", name: t("ui_fewer"), ...may, enabled: may.enabled && meeting.max_open > least });
    this.#more.update({ label: "+", name: t("ui_more_mics"), ...may, enabled: may.enabled && meeting.max_open < most });
    this.#modeNote.update(view, "mode");
  }

  #setMode(change) {
    const { mode, max_open, queue_max } = this.#view.state.meeting;
    this.#send("set_mode", { mode, max_open, queue_max, ...change }, "mode", "ui_cmd_set_mode");
  }

  #send(name, args, thing, labelKey) {
    this.#view.commands.send(name, args, { thing, labelKey });
  }

  #allMicrophonesOff() {
    this.#view.commands.send("all_off", {}, {
      thing: "floor",
      labelKey: "mic_mute_all",
      proof: (state) => state.floor.speaking.length === 0,
    });
  }
}

function showTurns(list, turns, command, view) {
  keyed(list, turns, (turn) => turn.seat, () => makeTurn(command), (node, turn) => node.show(view, turn));
}

/** One line of the speakers or of the queue, with its key and the note of its last command. */
function makeTurn(command) {
  const isSpeaking = command === "close_microphone";
  const icon = inlineGlyph("unconfirmed");
  const name = h("span", { class: "name" });
  const where = h("span", { class: "where" });
  const time = h("span", { class: "clock" });
  const note = commandNote();
  let send = null;
  const key = actionButton(() => send());
  const node = h("li", { class: "turn" }, icon,
    name, time, h("div", { class: "turn-foot" }, where, key.node), note.node);
  node.show = (view, turn) => {
    const { t, state } = view;
    const [roomId, number] = turn.seat.split("/");
    const room = state.rooms[roomId];
    const meaning = room && !turn.suspended
      ? seatMeaning(state, roomId, Number(number), view.live)
      : { state: "suspended", key: "ui_state_suspended", n: turn.place };
    send = () => sendMicrophone(view, command, turn.seat);
    setAttr(node, "data-seat", turn.seat);
    setAttr(node, "data-state", meaning.state);
    setGlyph(icon, meaning.state, turn.place ?? meaning.n);
    const who = turn.name || t("seat_number", { n: number });
    setText(name, who);
    const role = turn.role && turn.role !== "delegate" ? t(roleKey(turn.role)) : "";
    const at = turn.name ? t("seat_number", { n: number }) : "";
    // The heading says what a line is; its own word stands here when it is anything else.
    const word = ["speaking", "waiting", "present"].includes(meaning.state) ? "" : t(meaning.key, { n: meaning.n });
    setText(where, joined(word, at, said(room?.title, view.lang) || roomId, role));
    setText(time, clock(view.hubNowMs() - turn.since_ms));
    const isKnown = room && isConfirmed(state, roomId, view.live);
    const label = t(isSpeaking ? "ui_close_microphone" : "speak_invite");
    key.update({ label, name: `${label}, ${who}`, ...view.may(isKnown ? roomId : null) });
    note.update(view, `seat:${turn.seat}`);
  };
  return node;
}
