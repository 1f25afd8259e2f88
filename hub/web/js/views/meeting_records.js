/** What a meeting leaves: who was there, who spoke, what was decided; for paper and for programs. */

import { h, setAttr, setText } from "../dom.js";

const LISTS = { attendance: "attendance_check", speeches: "ui_records_speeches", results: "vote_result" };
const KINDS = { xlsx: "Excel", csv: "CSV" };

export class MeetingRecords {
  #title = h("h3");
  #lists = Object.entries(LISTS).map(([what, labelKey]) => ({
    what,
    labelKey,
    name: h("span"),
    links: Object.entries(KINDS).map(([kind, word]) => ({
      kind, word, node: h("a", { class: "action quiet", download: true }, word),
    })),
  }));
  node = h("section", { class: "records" }, this.#title,
    ...this.#lists.map(({ name, links }) => h("div", { class: "row" }, name, ...links.map((link) => link.node))));

  update(view, meeting) {
    const { t } = view;
    setAttr(this.node, "hidden", meeting.state === "draft");
    setText(this.#title, t("ui_records"));
    for (const { what, labelKey, name, links } of this.#lists) {
      setText(name, t(labelKey));
      for (const { kind, word, node } of links) {
        setAttr(node, "href", `/api/v1/meetings/${encodeURIComponent(meeting.id)}/export/${what}.${kind}`);
        setAttr(node, "aria-label", `${t(labelKey)}, ${word}`);
      }
    }
  }
}
