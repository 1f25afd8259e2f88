/** The prepared meetings: what runs, what comes, what is over; and the key for a new one. */

import { actionButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { newId, stateMeaning, whenText } from "../meetings.js";
import { saveMeeting } from "../rest.js";
import { said } from "../i18n.js";

export class MeetingList extends HTMLElement {
  #heading = h("h2", { id: "meetings-title", tabindex: "-1" });
  #list = h("ul", { class: "meetings", role: "list" });
  #none = h("p", { class: "empty" });
  #open = actionButton(() => this.#showForm(true), { kind: "primary" });
  #caption = h("label", { class: "caption", for: "new-title" });
  #title = h("input", { id: "new-title", type: "text", maxlength: "200", autocomplete: "off", required: true });
  #make = actionButton(null, { kind: "primary" });
  #cancel = actionButton(() => this.#showForm(false), { kind: "quiet" });
  #problem = h("p", { class: "problem", role: "alert", hidden: true });
  #form = h("form", { class: "new-meeting", hidden: true }, this.#caption, this.#title,
    h("div", { class: "row" }, this.#make.node, this.#cancel.node), this.#problem);
  #view = null;

  connectedCallback() {
    setAttr(this, "role", "region");
    setAttr(this, "aria-labelledby", "meetings-title");
    this.append(h("div", { class: "list-head" }, this.#heading, this.#open.node), this.#form, this.#list, this.#none);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#showForm(false);
    });
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const meetings = state.meetings ?? [];
    setText(this.#heading, t("ui_meetings"));
    setText(this.#none, t("ui_meetings_none"));
    setAttr(this.#none, "hidden", meetings.length > 0);
    this.#open.update({ label: t("ui_meeting_new"), hidden: !this.#form.hidden });
    setText(this.#caption, t("ui_meeting_title"));
    this.#make.update({ label: t("ui_meeting_make"), ...view.may(null) });
    this.#cancel.update({ label: t("ui_cancel") });
    keyed(this.#list, meetings, (meeting) => meeting.id, makeRow, (node, meeting) => node.show(view, meeting));
  }

  #showForm(isOpen) {
    setAttr(this.#form, "hidden", !isOpen);
    setAttr(this.#problem, "hidden", true);
    this.update(this.#view);
    (isOpen ? this.#title : this.#open.node).focus();
  }

  async #create() {
    const title = this.#title.value.trim();
    if (title === "") return;
    const id = newId("meeting");
    const answer = await saveMeeting(id, { title }, null);
    const { t, lang, pickMeeting } = this.#view;
    setText(this.#problem, answer.ok ? "" : said(answer.reason, lang) || t("ui_not_sent"));
    setAttr(this.#problem, "hidden", answer.ok);
    if (!answer.ok) return;
    this.#title.value = "";
    this.#showForm(false);
    pickMeeting(id);
  }
}

function makeRow() {
  let now = null;
  const stage = stateWord();
  const title = h("strong", { class: "title" });
  const about = h("span", { class: "about" });
  const key = h("button", { type: "button", class: "meeting-row", on: { click: () => now.view.pickMeeting(now.meeting.id) } },
    title, about, stage.node);
  const node = h("li", {}, key);
  node.show = (view, meeting) => {
    now = { view, meeting };
    const { t, lang } = view;
    setAttr(key, "data-meeting", meeting.id);
    setAttr(key, "data-state", meeting.state);
    setAttr(key, "aria-pressed", String(view.meeting === meeting.id));
    setText(title, meeting.title);
    const counts = t("ui_meeting_counts", { items: meeting.items, seats: meeting.seats, papers: meeting.papers });
    setText(about, joined(whenText(meeting.when, lang) || t("ui_meeting_undated"), counts));
    const { glyph, key: word } = stateMeaning(view.state, meeting);
    const unsaved = view.drafts.isTouched(meeting.id) ? t("ui_set_unsaved") : "";
    stage.set(glyph, joined(t(word), meeting.from_file ? t("ui_meeting_from_file") : "", unsaved));
  };
  return node;
}
