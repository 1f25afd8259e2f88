/**
 * One prepared meeting: what it is called, when and where, its agenda, votes and list; saved whole.
 * Owns the frame and the key that saves; the parts are views of their own over the same draft.
 */

import { actionButton } from "../controls.js";
import { h, joined, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { meetingOf, stateMeaning, whenText } from "../meetings.js";
import { AgendaEditor } from "./agenda_editor.js";
import { MeetingFacts } from "./meeting_facts.js";
import { MeetingKeys } from "./meeting_keys.js";
import { MeetingRecords } from "./meeting_records.js";
import { MotionsEditor } from "./motions_editor.js";
import { RosterEditor } from "./roster_editor.js";

const SAVED_SHOWN_MS = 4_000;

export class MeetingEditor extends HTMLElement {
  #title = h("h2", { id: "editor-title", tabindex: "-1" });
  #about = h("span", { class: "subtitle" });
  #stage = stateWord();
  #keys = new MeetingKeys();
  #records = new MeetingRecords();
  #over = h("p", { class: "hint" });
  #edit = (change) => this.#view.drafts.edit(this.#view.meeting, change);
  #parts = [new MeetingFacts(this.#edit), new AgendaEditor(this.#edit), new MotionsEditor(this.#edit), new RosterEditor(this.#edit)];
  #save = actionButton(() => this.#view.drafts.save(this.#view.meeting), { kind: "primary" });
  #discard = actionButton(() => this.#view.drafts.discard(this.#view.meeting), { kind: "quiet" });
  #word = h("span", { class: "word", role: "status" });
  #problem = h("p", { class: "problem", role: "alert" });
  #bar = h("div", { class: "save-bar" }, this.#save.node, this.#discard.node, this.#word, this.#problem);
  #empty = h("p", { class: "empty large" });
  #view = null;

  connectedCallback() {
    setAttr(this, "role", "region");
    setAttr(this, "aria-labelledby", "editor-title");
    const head = h("div", { class: "editor-head" }, this.#stage.node, this.#title, this.#about, this.#keys.node, this.#over,
      this.#records.node);
    this.append(this.#empty, head, ...this.#parts.map((part) => part.node), this.#bar);
  }

  update(view) {
    this.#view = view;
    const { t, lang, state, drafts } = view;
    const meeting = meetingOf(state, view.meeting);
    const draft = meeting === null ? null : drafts.of(meeting.id);
    for (const child of this.children) setAttr(child, "hidden", (child === this.#empty) === (draft !== null));
    setText(this.#empty, t(meeting === null ? "ui_meeting_pick" : "ui_meeting_fetching"));
    if (draft === null) return;
    const { glyph, key } = stateMeaning(state, meeting);
    this.#stage.set(glyph, t(key));
    setText(this.#title, draft.form.title || t("ui_meeting_untitled"));
    setText(this.#about, joined(whenText(draft.form.when, lang), meeting.from_file ? t("ui_meeting_from_file_long") : ""));
    this.#keys.update(view, meeting);
    this.#records.update(view, meeting);
    const isOver = meeting.state === "ended";
    setText(this.#over, t("ui_meeting_over"));
    setAttr(this.#over, "hidden", !isOver);
    for (const part of this.#parts) part.update(view, draft, { isOver, meeting });
    this.#showBar(view, draft, isOver);
  }

  #showBar(view, draft, isOver) {
    const { t, lang, drafts, state } = view;
    const isTouched = drafts.isTouched(draft.id);
    const isOutdated = isTouched && drafts.isOutdated(state, draft.id);
    const isFresh = draft.savedAtMs !== undefined && performance.now() - draft.savedAtMs < SAVED_SHOWN_MS;
    setAttr(this.#bar, "hidden", isOver || !(isTouched || isFresh || draft.busy));
    const may = view.may(null);
    this.#save.update({
      label: t("ui_save"), enabled: may.enabled && isTouched && !draft.busy && !isOutdated,
      why: isOutdated ? t("ui_outdated") : may.why, hidden: !isTouched,
    });
    this.#discard.update({ label: t("ui_set_undo"), hidden: !isTouched });
    setText(this.#word, t(draft.busy ? "ui_saving" : isTouched ? "ui_set_unsaved" : "ui_saved"));
    const reason = draft.problem === "not_sent" ? t("ui_not_sent") : said(draft.problem, lang);
    setText(this.#problem, isOutdated ? t("ui_outdated") : reason);
    setAttr(this.#problem, "hidden", !isOutdated && !draft.problem);
  }
}
