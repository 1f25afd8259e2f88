/**
 * The check before a meeting: what each room found, what to do about it, and a sheet for paper.
 * Owns the choice of what is printed.
 */

import { VERDICTS, checkOf } from "../care.js";
import { actionButton, askingButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { dayAndTime, numberRanges } from "../format.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { roomIds } from "../meaning.js";
import { roomName } from "../names.js";

export class CheckPanel extends HTMLElement {
  #heading = h("h2");
  #sheet = h("h1", { class: "on-paper" });
  #meeting = h("p", { class: "on-paper" });
  #all = askingButton(() => this.#checkAll());
  #print = actionButton(() => this.#printSheet());
  #hint = h("p", { class: "hint" });
  #rooms = h("div", { class: "check-rooms" });
  #date = h("p");
  #signature = h("p");
  #foot = h("div", { class: "signature on-paper" }, this.#date, this.#signature);
  #view = null;

  connectedCallback() {
    const keys = h("div", { class: "row no-paper" }, this.#all.node, this.#print.node);
    this.append(this.#heading, this.#sheet, this.#meeting, keys, this.#hint, this.#rooms, this.#foot);
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const ids = roomIds(state);
    setAttr(this, "hidden", ids.length === 0);
    setText(this.#heading, t("ui_check_title"));
    setText(this.#sheet, t("ui_check_sheet"));
    setText(this.#meeting, state.meeting.title ?? "");
    this.#all.update({
      label: t("ui_check_all"),
      question: state.floor.speaking.length > 0 ? null : t("ui_check_hint"),
      cancel: t("ui_cancel"),
      ...view.may(null),
      primary: ids.every((id) => !state.rooms[id].last_check),
    });
    this.#print.update({ label: t("ui_check_print"), hidden: ids.every((id) => !state.rooms[id].last_check) });
    setText(this.#hint, t("ui_check_hint"));
    setText(this.#date, t("ui_check_date", { date: dayAndTime(Date.now() / 1000, view.lang) }));
    setText(this.#signature, t("ui_check_signature"));
    keyed(this.#rooms, ids, (id) => id, (id) => makeRoom(id, () => this.#view), (node, id) => node.show(view, id));
  }

  #checkAll() {
    for (const id of roomIds(this.#view.state)) if (this.#view.may(id).enabled) sendCheck(this.#view, id);
  }

  #printSheet() {
    const folds = [...this.querySelectorAll("details:not([open])")];
    for (const fold of folds) fold.open = true;
    document.documentElement.dataset.print = "check";
    window.print();
    delete document.documentElement.dataset.print;
    for (const fold of folds) fold.open = false;
  }
}

function sendCheck(view, room) {
  view.commands.send("check_room", { room }, {
    thing: `check:${room}`, labelKey: "ui_check_room", isDeviceCommand: true,
  });
}

function makeRoom(id, view) {
  const title = h("h3");
  const state = stateWord();
  const when = h("span", { class: "when" });
  const start = actionButton(() => sendCheck(view(), id), { kind: "small" });
  const head = h("div", { class: "check-head" }, title, state.node, when, h("span", { class: "no-paper" }, start.node));
  const progress = h("progress", { max: "1" });
  const note = commandNote();
  const passive = h("p", { class: "hint" });
  const list = h("ul", { class: "check-items", role: "list" });
  const summary = h("summary");
  const passed = h("ul", { class: "check-items", role: "list" });
  const fold = h("details", { class: "passed" }, summary, passed);
  const node = h("section", { class: "check-room", "data-room": id }, head, progress, note.node, passive, list, fold);
  node.show = (now) => {
    const { t, lang } = now;
    const room = now.state.rooms[id];
    const check = checkOf(room);
    const name = roomName(now, id);
    setText(title, name);
    start.update({ label: t("ui_check_room"), name: t("ui_check_room_name", { room: name }), ...now.may(id) });
    setAttr(progress, "hidden", !check?.running);
    note.update(now, `check:${id}`);
    setAttr(passive, "hidden", !check || check.active);
    setText(passive, t("ui_check_passive"));
    if (!check) {
      state.set("unconfirmed", t("ui_check_none"));
      setText(when, "");
      setAttr(fold, "hidden", true);
      return;
    }
    if (check.running) {
      state.set("opening", t("ui_check_running", { done: check.done, of: check.of }));
      progress.value = check.of > 0 ? check.done / check.of : 0;
      setAttr(progress, "aria-label", t("ui_check_running", { done: check.done, of: check.of }));
      setText(when, "");
    } else {
      const { glyph, key } = VERDICTS[check.verdict];
      state.set(glyph, t(key));
      const ended = t("ui_check_ended", { when: dayAndTime(check.beganTs, lang), by: check.by });
      setText(when, joined(t("ui_check_counts", check.counts), ended));
    }
    const isGood = (item) => item.verdict === "pass";
    const show = (line, item) => line.show(now, item);
    keyed(list, check.items.filter((item) => !isGood(item)), (item) => item.id, makeItem, show);
    keyed(passed, check.items.filter(isGood), (item) => item.id, makeItem, show);
    setAttr(fold, "hidden", check.counts.pass === 0);
    setText(summary, t("ui_check_passed", { n: check.counts.pass }));
  };
  return node;
}

function makeItem() {
  const state = stateWord();
  const title = h("strong");
  const evidence = h("span", { class: "evidence" });
  const todo = h("span", { class: "todo" });
  const node = h("li", {}, state.node, h("div", { class: "found" }, title, evidence, todo));
  node.show = ({ t, lang }, item) => {
    const { glyph, key } = VERDICTS[item.verdict];
    setAttr(node, "data-verdict", item.verdict);
    setAttr(node, "data-item", item.id);
    state.set(glyph, t(key));
    const seats = item.seats?.length > 0 ? t("ui_check_seats", { list: numberRanges(item.seats) }) : "";
    setText(title, joined(said(item.title, lang) || item.id, seats));
    setText(evidence, said(item.evidence, lang));
    setAttr(todo, "hidden", !item.todo);
    setText(todo, item.todo ? `${t("ui_check_todo")}: ${said(item.todo, lang)}` : "");
  };
  return node;
}
