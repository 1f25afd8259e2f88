/** Who is here: how many, whether that is enough, and signing in or out for somebody. */

import { attendanceOf, byRoom, seatsWhere } from "../attendance.js";
import { atHand } from "../ballots.js";
import { actionButton, askingButton, commandNote, outcome } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { roomIds } from "../meaning.js";
import { roomName } from "../names.js";

export class AttendancePanel extends HTMLElement {
  #heading = h("h2", { id: "attendance-title", tabindex: "-1" });
  #count = h("strong", { class: "present-count" });
  #quorumIcon = inlineGlyph("ok");
  #quorumText = h("span");
  #quorum = h("span", { class: "state-word" }, this.#quorumIcon, this.#quorumText);
  #ask = actionButton(() => this.#sendAsk(!attendanceOf(this.#view.state).asked));
  #allIn = actionButton(() => this.#sendAll(true));
  #allOut = askingButton(() => this.#sendAll(false));
  #asking = h("p", { class: "hint" });
  #note = commandNote();
  #summary = h("summary");
  #rooms = h("div", { class: "seat-rooms" });
  #details = h("details", {}, this.#summary, this.#rooms);
  #none = h("p", { class: "empty" });
  #keys = h("div", { class: "row" }, this.#ask.node, this.#allIn.node, this.#allOut.node);
  #view = null;

  connectedCallback() {
    const head = h("div", { class: "attendance-head" }, this.#heading, this.#count, this.#quorum);
    this.append(head, this.#keys, this.#asking, this.#note.node, this.#none, this.#details);
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const { asked, present, members, people } = attendanceOf(state);
    const isEmpty = Object.keys(people).length === 0;
    setText(this.#heading, t("attendance_check"));
    setText(this.#count, isEmpty ? "" : t("attendance_count", { present, total: members }));
    setText(this.#none, t("ui_attendance_none"));
    setAttr(this.#none, "hidden", !isEmpty);
    setAttr(this.#details, "hidden", isEmpty);
    setAttr(this.#keys, "hidden", isEmpty);
    setText(this.#asking, t("ui_asking_now"));
    setAttr(this.#asking, "hidden", !asked);
    setText(this.#summary, t("ui_attendance_list"));
    this.#showQuorum(view);
    this.#showKeys(view, asked);
    const rooms = byRoom(state);
    const ids = roomIds(state).filter((id) => rooms[id]);
    keyed(this.#rooms, ids, (id) => id, makeRoom, (node, id) => node.show(view, id, rooms[id]));
  }

  /** The quorum of the ballot at hand: without a ballot there is no rule. */
  #showQuorum(view) {
    const quorum = atHand(view.state)?.quorum;
    const isAsked = Boolean(quorum && quorum.needed > 0);
    setAttr(this.#quorum, "hidden", !isAsked);
    if (!isAsked) return;
    setGlyph(this.#quorumIcon, quorum.met ? "ok" : "warning");
    const word = view.t(quorum.met ? "quorum_reached" : "quorum_not_reached");
    setText(this.#quorumText, joined(word, view.t("ui_quorum_needs", { needed: quorum.needed })));
  }

  #showKeys(view, asked) {
    const { t, state } = view;
    const may = view.may(null);
    this.#ask.update({ label: t(asked ? "ui_ask_off" : "ui_ask_on"), ...may });
    const [out, here] = [seatsWhere(state, false).length, seatsWhere(state, true).length];
    this.#allIn.update({ label: t("ui_all_in", { n: out }), ...may, hidden: out === 0 });
    const question = t("ui_all_out_ask", { n: here });
    this.#allOut.update({ label: t("ui_all_out"), question, cancel: t("ui_cancel"), ...may });
    setAttr(this.#allOut.node, "hidden", here === 0);
    this.#note.update(view, "attendance");
  }

  #sendAsk(on) {
    this.#view.commands.send("ask_attendance", { on }, {
      thing: "attendance",
      labelKey: on ? "ui_ask_on" : "ui_ask_off",
      proof: (state) => attendanceOf(state).asked === on,
    });
  }

  #sendAll(present) {
    this.#view.commands.send("sign_in", { everybody: true, present }, {
      thing: "attendance",
      labelKey: present ? "attendance_on_behalf" : "ui_all_out",
      proof: (state) => seatsWhere(state, !present).length === 0,
    });
  }
}

function sendSignIn(view, seat, present) {
  return view.commands.send("sign_in", { seat, present }, {
    thing: `sign:${seat}`,
    labelKey: present ? "attendance_on_behalf" : "ui_sign_out",
    proof: (state) => !seatsWhere(state, !present).includes(seat),
  });
}

function makeRoom() {
  const title = h("h3");
  const list = h("ul", { class: "people", role: "list" });
  const node = h("div", {}, title, list);
  node.show = (view, id, people) => {
    setText(title, roomName(view, id));
    keyed(list, people, (entry) => entry.person, makePerson, (line, entry) => line.show(view, entry));
  };
  return node;
}

function makePerson() {
  let now = null;
  const icon = inlineGlyph("present");
  const word = h("span", { class: "word" });
  const name = h("span", { class: "name" });
  const number = h("span", { class: "seat-number" });
  const key = actionButton(() => sendSignIn(now.view, now.entry.seat, !now.entry.present), { kind: "small" });
  const problem = h("span", { class: "problem" });
  const node = h("li", { class: "person" }, number, h("span", { class: "who" }, name,
    h("span", { class: "role" }, icon, word)), key.node, problem);
  node.show = (view, entry) => {
    now = { view, entry };
    const { t } = view;
    const thing = `sign:${entry.seat}`;
    setAttr(node, "data-person", entry.person);
    setAttr(node, "data-present", String(entry.present));
    setText(number, String(entry.number));
    setText(name, entry.name || t("seat_number", { n: entry.number }));
    setGlyph(icon, entry.present ? "present" : "absent");
    setText(word, t(entry.present ? "ui_signed_in" : "attendance_not_checked_in"));
    const label = t(entry.present ? "ui_sign_out" : "attendance_on_behalf");
    key.update({ label, name: `${label}, ${entry.name || entry.seat}`, ...view.may(null) });
    setAttr(key.node, "aria-busy", view.commands.isPending(thing) ? "true" : null);
    const refused = view.commands.refusals().includes(view.commands.about(thing));
    setText(problem, refused ? outcome(view.commands.about(thing), view) : "");
    setAttr(problem, "hidden", !refused);
  };
  return node;
}
