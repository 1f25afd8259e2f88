/** The agenda: its items, the one at hand, their papers; with keys where `data-keys` allows them. */

import { actionButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";

export class MeetingAgenda extends HTMLElement {
  #heading = h("h2", { id: "agenda-title", tabindex: "-1" });
  #next = actionButton(() => this.#sendNext(), { kind: "primary" });
  #note = commandNote();
  #list = h("ol", { class: "agenda", role: "list" });
  #none = h("p", { class: "empty" });
  #view = null;

  connectedCallback() {
    this.append(h("div", { class: "list-head" }, this.#heading, this.#next.node), this.#note.node, this.#list, this.#none);
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const items = state.meeting.agenda ?? [];
    const leads = this.hasAttribute("data-keys");
    setAttr(this, "hidden", items.length === 0 && !leads);
    setText(this.#heading, t("agenda"));
    setText(this.#none, t("ui_agenda_none"));
    setAttr(this.#none, "hidden", items.length > 0);
    const at = items.findIndex((item) => item.id === state.meeting.item);
    const isLast = at === items.length - 1;
    this.#next.update({ label: t("agenda_next_item"), ...view.may(null), hidden: !leads || items.length === 0 || isLast });
    this.#note.update(view, "agenda");
    const placed = items.map((item, place) => ({ ...item, place, isNow: place === at, isDone: place < at, leads }));
    keyed(this.#list, placed, (item) => item.id, makeItem, (node, item) => node.show(view, item));
  }

  #sendNext() {
    const after = this.#view.state.meeting.item || null;
    send(this.#view, "next_item", { after }, "agenda_next_item", (state) => state.meeting.item !== after);
  }
}

function send(view, name, args, labelKey, proof) {
  view.commands.send(name, args, { thing: "agenda", labelKey, proof });
}

function makeItem() {
  let now = null;
  const stage = stateWord();
  const number = h("span", { class: "item-number" });
  const title = h("span", { class: "item-title" });
  const about = h("span", { class: "where" });
  const papers = h("ul", { class: "papers", role: "list" });
  const set = actionButton(() => {
    const { id } = now.item;
    send(now.view, "set_item", { item: id }, "ui_item_set", (state) => state.meeting.item === id);
  }, { kind: "small" });
  const node = h("li", { class: "item" }, number, h("div", { class: "what" }, title, about, papers), stage.node, set.node);
  node.show = (view, item) => {
    now = { view, item };
    const { t } = view;
    const text = said(item.title, view.lang);
    setAttr(node, "data-now", item.isNow);
    setAttr(node, "aria-current", item.isNow ? "step" : null);
    setText(number, String(item.number ?? item.place + 1));
    setText(title, text);
    setText(about, joined(item.presenter, item.minutes ? t("ui_item_minutes", { n: item.minutes }) : ""));
    stage.set(item.isNow ? "present" : "ok", item.isNow ? t("ui_item_now") : t("ui_item_done"));
    setAttr(stage.node, "hidden", !item.isNow && !item.isDone);
    set.update({ label: t("ui_item_set"), name: `${t("ui_item_set")}, ${text}`, ...view.may(null), hidden: !item.leads || item.isNow });
    setAttr(papers, "hidden", (item.papers ?? []).length === 0);
    keyed(papers, item.papers ?? [], (paper) => paper.id, makePaper, (line, paper) => line.show(view, paper));
  };
  return node;
}

function makePaper() {
  const link = h("a", { target: "_blank", rel: "noopener" });
  const node = h("li", {}, link);
  node.show = (view, paper) => {
    setText(link, said(paper.title, view.lang));
    setAttr(link, "href", `/api/v1/papers/${encodeURIComponent(paper.id)}`);
  };
  return node;
}
