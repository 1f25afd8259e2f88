/**
 * The agenda: items in their order, moved by keys or Alt with an arrow, each with its papers.
 * Owns the order of the draft; papers are the hub's at once.
 */

import { actionButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { minutesOf, moved, newId } from "../meetings.js";
import { textField } from "./fields.js";
import { PaperList } from "./paper_list.js";

export class AgendaEditor {
  #heading = h("h3", { class: "part-title" });
  #sum = h("span", { class: "subtitle" });
  #list = h("ol", { class: "agenda-items", role: "list" });
  #none = h("p", { class: "empty" });
  #add = actionButton(() => this.#addItem());
  #edit;
  #now = null;
  node = h("section", { class: "part agenda-part" }, h("div", { class: "part-head" }, this.#heading, this.#sum),
    this.#list, this.#none, h("div", { class: "row" }, this.#add.node));

  constructor(edit) {
    this.#edit = edit;
  }

  update(view, draft, about) {
    this.#now = [view, draft, about];
    const { isOver } = about;
    const { t } = view;
    const { agenda } = draft.form;
    const minutes = minutesOf(agenda);
    setText(this.#heading, t("agenda"));
    setText(this.#sum, minutes === null ? "" : t("ui_agenda_sum", { n: minutes }));
    setText(this.#none, t("ui_agenda_empty"));
    setAttr(this.#none, "hidden", agenda.length > 0);
    this.#add.update({ label: t("ui_agenda_add"), hidden: isOver });
    const saved = new Set(JSON.parse(draft.saved).agenda.map((item) => item.id));
    const placed = agenda.map((item, place) => ({ item, place, count: agenda.length, isOver, isSaved: saved.has(item.id) }));
    keyed(this.#list, placed, ({ item }) => item.id, () => this.#makeItem(), (node, each) => node.show(view, draft, each));
  }

  #addItem() {
    const id = newId("item");
    this.#edit((form) => form.agenda.push({ id, title: { vi: "", en: "" }, presenter: "", minutes: null }));
    this.update(...this.#now);
    this.#list.lastElementChild.querySelector("input").focus();
  }

  #move(id, by) {
    this.#edit((form) => {
      form.agenda = moved(form.agenda, form.agenda.findIndex((item) => item.id === id), by);
    });
  }

  #remove(id) {
    this.#edit((form) => {
      form.agenda = form.agenda.filter((item) => item.id !== id);
      for (const ballot of form.ballots) if (ballot.item === id) ballot.item = "";
    });
  }

  #makeItem() {
    let id = null;
    const change = (act) => this.#edit((form) => act(form.agenda.find((item) => item.id === id)));
    const number = h("span", { class: "item-number" });
    const vi = textField("ui_item_vi", (value) => change((item) => {
      if (item.title.en === item.title.vi) item.title.en = value;
      item.title.vi = value;
    }), { maxlength: 400, wide: true });
    const en = textField("ui_item_en", (value) => change((item) => {
      item.title.en = value || item.title.vi;
    }), { maxlength: 400, wide: true });
    const presenter = textField("ui_item_presenter", (value) => change((item) => {
      item.presenter = value;
    }), { maxlength: 120 });
    const minutes = textField("ui_item_length", (value) => change((item) => {
      item.minutes = value === "" ? null : Number(value);
    }), { type: "number", min: 1, max: 1440, inputmode: "numeric" });
    const up = actionButton(() => this.#move(id, -1), { kind: "quiet square" });
    const down = actionButton(() => this.#move(id, 1), { kind: "quiet square" });
    const remove = actionButton(() => this.#remove(id), { kind: "quiet small" });
    const papers = new PaperList();
    const keys = h("div", { class: "item-keys" }, up.node, down.node, remove.node);
    const node = h("li", { class: "agenda-item" }, number,
      h("div", { class: "fields" }, vi.node, en.node, presenter.node, minutes.node), keys, papers.node);
    node.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || !event.altKey) return;
      event.preventDefault();
      this.#move(id, by);
    });
    node.show = (view, draft, { item, place, count, isOver, isSaved }) => {
      id = item.id;
      const { t } = view;
      const disabled = isOver;
      setAttr(node, "data-item", id);
      setText(number, String(place + 1));
      const name = (key) => joined(t(key), item.title.vi || String(place + 1));
      vi.show(t, item.title.vi, { disabled });
      en.show(t, item.title.en === item.title.vi ? "" : item.title.en, { disabled });
      presenter.show(t, item.presenter, { disabled });
      minutes.show(t, item.minutes ?? "", { disabled });
      up.update({ label: "↑", name: name("ui_item_up"), enabled: place > 0, why: t("ui_item_first") });
      down.update({ label: "↓", name: name("ui_item_down"), enabled: place < count - 1, why: t("ui_item_last") });
      remove.update({ label: t("ui_remove"), name: name("ui_remove") });
      setAttr(keys, "hidden", isOver);
      papers.update(view, draft, { item: id, isSaved, isOver });
    };
    return node;
  }
}
