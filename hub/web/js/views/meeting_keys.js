/** What is done with a whole meeting: begin, end, copy, delete. */

import { askingButton, actionButton, commandNote } from "../controls.js";
import { h, setAttr } from "../dom.js";
import { meetingOf, newId } from "../meetings.js";

export class MeetingKeys {
  #start = askingButton(() => this.#send("start_meeting", "meeting_open", { meeting: this.#now.meeting.id },
    (state) => meetingOf(state, this.#now.meeting.id)?.state === "running"), { kind: "primary" });
  #end = askingButton(() => this.#send("end_meeting", "meeting_close", { meeting: this.#now.meeting.id },
    (state) => meetingOf(state, this.#now.meeting.id)?.state === "ended"));
  #copy = actionButton(() => this.#makeCopy());
  #delete = askingButton(() => this.#send("delete_meeting", "ui_meeting_delete", { meeting: this.#now.meeting.id },
    (state) => meetingOf(state, this.#now.meeting.id) === null), { kind: "quiet" });
  #note = commandNote();
  #now = null;
  node = h("div", { class: "meeting-keys" },
    h("div", { class: "row" }, this.#start.node, this.#end.node, this.#copy.node, this.#delete.node), this.#note.node);

  update(view, meeting) {
    this.#now = { view, meeting };
    const { t, state } = view;
    const may = view.may(null);
    const isUnsaved = view.drafts.isTouched(meeting.id);
    const isTaken = state.meeting.session === "running" && meeting.state !== "running";
    const isResumable = meeting.state === "ended" && state.meeting.prepared === meeting.id;
    const why = isTaken ? t("ui_start_taken") : isUnsaved ? t("ui_save_first") : may.why;
    this.#start.update({
      label: t(isResumable ? "ui_meeting_resume" : "meeting_open"),
      question: t("ui_meeting_start_ask"),
      cancel: t("ui_cancel"),
      enabled: may.enabled && !isTaken && !isUnsaved,
      why,
    });
    const isBegun = meeting.state === "running" && state.meeting.session === "running";
    setAttr(this.#start.node, "hidden", isBegun || (meeting.state === "ended" && !isResumable));
    this.#end.update({ label: t("meeting_close"), question: t("ui_meeting_end_ask"), cancel: t("ui_cancel"), ...may });
    setAttr(this.#end.node, "hidden", !isBegun);
    this.#copy.update({
      label: t("ui_meeting_copy"), enabled: may.enabled && !isUnsaved, why: isUnsaved ? t("ui_save_first") : may.why,
    });
    this.#delete.update({ label: t("ui_meeting_delete"), question: t("ui_meeting_delete_ask"), cancel: t("ui_cancel"), ...may });
    setAttr(this.#delete.node, "hidden", meeting.state !== "draft");
    this.#note.update(view, `meeting:${meeting.id}`);
  }

  async #makeCopy() {
    const { view, meeting } = this.#now;
    const into = newId("meeting");
    const title = view.t("ui_copy_of", { title: meeting.title }).slice(0, 200);
    await this.#send("copy_meeting", "ui_meeting_copy", { meeting: meeting.id, into, title },
      (state) => meetingOf(state, into) !== null);
    const command = view.commands.about(`meeting:${meeting.id}`);
    if (!view.commands.refusals().includes(command)) view.pickMeeting(into);
  }

  #send(name, labelKey, args, proof) {
    const { view, meeting } = this.#now;
    return view.commands.send(name, args, { thing: `meeting:${meeting.id}`, labelKey, proof });
  }
}
