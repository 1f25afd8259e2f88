/** What is voted on in a prepared meeting: each under an item of the agenda. */

import { KIND_KEYS } from "../ballots.js";
import { actionButton } from "../controls.js";
import { h, keyed, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";
import { BallotForm } from "./ballot_form.js";
import { choiceField } from "./fields.js";

export class MotionsEditor {
  #heading = h("h3", { class: "part-title" });
  #list = h("ul", { class: "motion-rows", role: "list" });
  #none = h("p", { class: "empty" });
  #open = actionButton(() => this.#showForm(true));
  #form;
  #edit;
  #view = null;
  node;

  constructor(edit) {
    this.#edit = edit;
    this.#form = new BallotForm(() => this.#showForm(false), (plan) => this.#take(plan));
    this.node = h("section", { class: "part motions-part" }, h("div", { class: "part-head" }, this.#heading),
      this.#list, this.#none, this.#form.node, h("div", { class: "row" }, this.#open.node));
  }

  update(view, { form }, { isOver }) {
    this.#view = view;
    const { t, lang } = view;
    setText(this.#heading, t("ui_motions"));
    setText(this.#none, t("ui_motions_none"));
    setAttr(this.#none, "hidden", form.ballots.length > 0);
    this.#open.update({ label: t("ui_motion_add"), hidden: isOver || !this.#form.node.hidden });
    if (!this.#form.node.hidden) this.#form.update(view);
    const items = [["", t("ui_motion_no_item")], ...form.agenda.map((item, i) => [item.id, `${i + 1}. ${said(item.title, lang)}`])];
    keyed(this.#list, form.ballots, (ballot) => ballot.id, () => this.#makeRow(), (node, ballot) =>
      node.show(view, ballot, items, isOver));
  }

  #showForm(isOpen) {
    setAttr(this.#form.node, "hidden", !isOpen);
    this.#view.refresh();
    if (isOpen) {
      this.#form.update(this.#view);
      this.#form.focus();
    } else this.#open.node.focus();
  }

  #take(plan) {
    this.#edit((form) => form.ballots.push({ ...plan, item: "" }));
    this.#showForm(false);
  }

  #makeRow() {
    let id = null;
    const text = h("strong");
    const kind = h("span", { class: "about" });
    const item = choiceField("agenda_item", (value) => this.#edit((form) => {
      form.ballots.find((ballot) => ballot.id === id).item = value;
    }));
    const remove = actionButton(() => this.#edit((form) => {
      form.ballots = form.ballots.filter((ballot) => ballot.id !== id);
    }), { kind: "quiet small" });
    const node = h("li", { class: "motion-row" }, h("div", { class: "what" }, text, kind), item.node, remove.node);
    node.show = ({ t, lang }, ballot, items, isOver) => {
      id = ballot.id;
      setText(text, said(ballot.text, lang));
      setText(kind, t(KIND_KEYS[ballot.kind]));
      item.show(t, ballot.item, { options: items, disabled: isOver });
      remove.update({ label: t("ui_remove"), name: `${t("ui_remove")}, ${said(ballot.text, lang)}`, hidden: isOver });
    };
    return node;
  }
}
