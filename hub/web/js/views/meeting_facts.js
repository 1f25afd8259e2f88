/** What a meeting is called, when and where it sits, and by which rules it begins. */

import { h, setText } from "../dom.js";
import { roomIds } from "../meaning.js";
import { roomName } from "../names.js";
import { choiceField, switchField, textField, ticksField } from "./fields.js";

const MODES = ["open", "override", "request", "voice", "push_to_talk", "chair_only"];

export class MeetingFacts {
  #heading = h("h3", { class: "part-title" });
  #title;
  #when;
  #rooms;
  #mode;
  #open;
  #gate;

  constructor(edit) {
    this.#title = textField("ui_meeting_title", (value) => edit((form) => {
      form.title = value;
    }), { wide: true, maxlength: 200, required: true });
    this.#when = textField("ui_meeting_when", (value) => edit((form) => {
      form.when = value;
    }), { type: "datetime-local" });
    this.#rooms = ticksField("ui_meeting_rooms", (value) => edit((form) => {
      form.rooms = value;
    }));
    this.#mode = choiceField("ui_mode", (value) => edit((form) => {
      form.mode = value;
    }));
    this.#open = textField("mic_max_open", (value) => edit((form) => {
      form.max_open = Number(value);
    }), { type: "number", min: 1, max: 25, inputmode: "numeric" });
    this.#gate = switchField("ui_meeting_gate", (value) => edit((form) => {
      form.attendance.gate = value;
    }));
    this.node = h("section", { class: "part facts-part" }, this.#heading, h("div", { class: "fields" },
      this.#title.node, this.#when.node, this.#mode.node, this.#open.node, this.#gate.node, this.#rooms.node));
  }

  update(view, { form }, { isOver }) {
    const { t, state } = view;
    const disabled = isOver;
    setText(this.#heading, t("ui_meeting_facts"));
    this.#title.show(t, form.title, { disabled });
    this.#when.show(t, form.when, { disabled });
    this.#mode.show(t, form.mode, { disabled, options: MODES.map((mode) => [mode, t(`mode_${mode}`)]) });
    this.#open.show(t, form.max_open, { disabled });
    this.#gate.show(t, form.attendance.gate, { disabled });
    const known = roomIds(state).map((id) => [id, roomName(view, id)]);
    const others = form.rooms.filter((id) => !state.rooms[id]).map((id) => [id, id]);
    this.#rooms.show(t, form.rooms, { disabled, options: [...known, ...others] });
  }
}
