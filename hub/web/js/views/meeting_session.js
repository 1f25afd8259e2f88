/** How far the meeting in force is, and the keys that begin and end it. */

import { askingButton, commandNote } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";

/** By `meeting.session`; a meeting of a file has none until somebody begins it. */
const STATES = {
  running: ["voting", "meeting_state_live"],
  ended: ["counted", "meeting_state_ended"],
  none: ["ready", "meeting_state_not_begun"],
};
const THING = "session";

export class MeetingSession extends HTMLElement {
  #heading = h("h2", { id: "session-title" });
  #state = stateWord();
  #begin = askingButton(() => this.#send("start_meeting", "meeting_open", "running"), { kind: "primary" });
  #end = askingButton(() => this.#send("end_meeting", "meeting_close", "ended"));
  #note = commandNote();
  #view = null;

  connectedCallback() {
    this.append(h("div", { class: "list-head" }, this.#heading, this.#state.node),
      h("div", { class: "row" }, this.#begin.node, this.#end.node), this.#note.node);
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const { title, prepared, session } = state.meeting;
    setAttr(this, "hidden", !prepared);
    if (!prepared) return;
    const [glyph, key] = STATES[session ?? "none"];
    setText(this.#heading, title);
    this.#state.set(glyph, t(key));
    const may = { cancel: t("ui_cancel"), ...view.may(null) };
    const label = t(session === "ended" ? "ui_meeting_resume" : "meeting_open");
    this.#begin.update({ label, question: t("ui_meeting_start_ask"), ...may });
    setAttr(this.#begin.node, "hidden", session === "running");
    this.#end.update({ label: t("meeting_close"), question: t("ui_meeting_end_ask"), ...may });
    setAttr(this.#end.node, "hidden", session !== "running");
    this.#note.update(view, THING);
  }

  #send(name, labelKey, session) {
    this.#view.commands.send(name, { meeting: this.#view.state.meeting.prepared }, {
      thing: THING,
      labelKey,
      proof: (state) => state.meeting.session === session,
    });
  }
}
