/**
 * The papers of one item: opened, added, renamed, given to readers, removed.
 * A paper is the hub's as soon as it has arrived; nothing of it waits in the draft.
 */

import { actionButton, askingButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";
import { READERS, sizeText, titleOfFile } from "../meetings.js";
import { sendPaper } from "../rest.js";
import { textField, ticksField } from "./fields.js";

const ACCEPT = "application/pdf,image/png,image/jpeg,image/webp";
const KINDS = { "application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP" };

export class PaperList {
  #list = h("ul", { class: "paper-rows", role: "list" });
  #file = h("input", { type: "file", class: "visually-hidden", accept: ACCEPT, multiple: true });
  #word = h("span");
  #key = h("label", { class: "action small upload" }, this.#file, this.#word);
  #hint = h("span", { class: "hint" });
  #problem = h("p", { class: "problem", role: "alert", hidden: true });
  #busy = null;
  #now = null;
  node = h("div", { class: "item-papers" }, this.#list, h("div", { class: "row" }, this.#key, this.#hint), this.#problem);

  constructor() {
    this.#file.addEventListener("change", () => this.#send([...this.#file.files]));
  }

  update(view, draft, { item, isSaved, isOver }) {
    this.#now = { view, draft, item };
    const { t } = view;
    const papers = draft.papers.filter((paper) => paper.item === item);
    keyed(this.#list, papers, (paper) => paper.id, makePaper, (node, paper) => node.show(view, paper, isOver));
    const may = view.may(null);
    setAttr(this.#key, "hidden", isOver);
    setText(this.#word, t("ui_paper_add"));
    setAttr(this.#file, "disabled", !may.enabled || !isSaved || this.#busy !== null);
    setAttr(this.#key, "aria-disabled", this.#file.disabled ? "true" : null);
    const idle = isOver ? "" : t(isSaved ? "ui_paper_kinds" : "ui_paper_save_first");
    setText(this.#hint, this.#busy === null ? idle : t("ui_paper_sending", { name: this.#busy }));
  }

  async #send(files) {
    const { view, draft, item } = this.#now;
    const { t, lang } = view;
    const problems = [];
    for (const file of files) {
      this.#busy = file.name;
      view.refresh();
      const answer = await sendPaper(draft.id, item, titleOfFile(file.name), [], file);
      if (!answer.ok) problems.push(`${file.name}: ${said(answer.reason, lang) || t("ui_not_sent")}`);
    }
    this.#busy = null;
    this.#file.value = "";
    setText(this.#problem, problems.join("\n"));
    setAttr(this.#problem, "hidden", problems.length === 0);
    view.refresh();
  }
}

function makePaper() {
  let now = null;
  let typed = null;
  const link = h("a", { target: "_blank", rel: "noopener" });
  const about = h("span", { class: "about" });
  const open = actionButton(() => show(typed === null), { kind: "quiet small" });
  const remove = askingButton(() => {
    command("remove_paper", { paper: now.paper.id }, "ui_remove");
  }, { kind: "quiet small" });
  const title = textField("ui_paper_title", (value) => {
    typed.title = value;
  }, { maxlength: 200, wide: true });
  const readers = ticksField("ui_paper_readers", (value) => {
    typed.readers = value;
    now.view.refresh();
  });
  const hint = h("p", { class: "hint" });
  const save = actionButton(null, { kind: "primary" });
  const cancel = actionButton(() => show(false), { kind: "quiet" });
  const form = h("form", { class: "paper-form fields", hidden: true }, title.node, readers.node, hint,
    h("div", { class: "row" }, save.node, cancel.node));
  const note = commandNote();
  const node = h("li", { class: "paper-row" }, h("div", { class: "what" }, link, about), open.node, remove.node, form, note.node);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (typed.title.trim() === "") return;
    const { id, item } = now.paper;
    const args = { paper: id, title: typed.title.trim(), item, readers: typed.readers };
    command("edit_paper", args, "ui_paper_edit");
    show(false);
  });
  function show(isOpen) {
    typed = isOpen ? { title: now.paper.title, readers: now.paper.readers } : null;
    setAttr(form, "hidden", !isOpen);
    node.show(now.view, now.paper, false);
    (isOpen ? title.input : open.node).focus();
  }
  function command(name, args, labelKey) {
    now.view.commands.send(name, args, { thing: `paper:${now.paper.id}`, labelKey });
  }
  node.show = (view, paper, isOver) => {
    now = { view, paper };
    const { t, lang } = view;
    const may = view.may(null);
    setText(link, paper.title);
    setAttr(link, "href", `/api/v1/papers/${encodeURIComponent(paper.id)}`);
    const who = paper.readers.length === 0 ? "" : t("ui_paper_only", { who: paper.readers.map((role) => t(readerKey(role))).join(", ") });
    setText(about, joined(KINDS[paper.type] ?? paper.type, sizeText(paper.bytes, lang), who));
    open.update({ label: t("ui_paper_edit"), name: joined(t("ui_paper_edit"), paper.title), hidden: isOver });
    remove.update({ label: t("ui_remove"), question: t("ui_paper_remove_ask"), cancel: t("ui_cancel"), name: null, ...may });
    setAttr(remove.node, "hidden", isOver);
    note.update(view, `paper:${paper.id}`);
    if (typed === null) return;
    title.show(t, typed.title);
    readers.show(t, typed.readers, { options: READERS.map((role) => [role, t(readerKey(role))]) });
    setText(hint, t("ui_paper_everybody"));
    save.update({ label: t("ui_save"), ...may });
    cancel.update({ label: t("ui_cancel") });
  };
  return node;
}

function readerKey(role) {
  return role === "observer" ? "ui_role_observer" : `role_${role}`;
}
