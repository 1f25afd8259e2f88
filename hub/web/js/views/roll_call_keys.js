/** Roll call: the answer of whoever was called, entered for them by the chair or the secretary. */

import { keyOf } from "../ballots.js";
import { actionButton, commandNote } from "../controls.js";
import { h, keyed, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";

/** {node, update(view, ballot)}: hidden until somebody is called. */
export class RollCallKeys {
  #head = h("p", { class: "caption" });
  #keys = h("div", { class: "row", role: "group" });
  #note = commandNote();
  #view = null;
  #ballot = null;

  constructor() {
    this.node = h("div", { class: "roll-call" }, this.#head, this.#keys, this.#note.node);
  }

  update(view, ballot) {
    this.#view = view;
    this.#ballot = ballot;
    const { called } = ballot;
    const isShown = ballot.kind === "roll_call" && ballot.stage === "open" && Boolean(called);
    setAttr(this.node, "hidden", !isShown);
    if (!isShown) return;
    const who = called.name || called.person;
    const label = view.t("ui_enter_answer", { who });
    setText(this.#head, label);
    setAttr(this.#keys, "aria-label", label);
    keyed(this.#keys, ballot.options, (option) => option.id, (option) => this.#makeKey(option.id), (node, option) =>
      node.show(view, option));
    this.#note.update(view, thingOf(ballot));
  }

  #makeKey(choice) {
    const key = actionButton(() => this.#send(choice));
    key.node.show = (view, option) => key.update({ label: said(option, view.lang), ...view.may(null) });
    return key.node;
  }

  #send(choice) {
    const { ballot, generation, called } = this.#ballot;
    this.#view.commands.send("roll_call_vote", { ballot, generation, person: called.person, choice }, {
      thing: thingOf(this.#ballot),
      labelKey: "vote_roll_call",
    });
  }
}

function thingOf(ballot) {
  return `answer:${keyOf(ballot)}:${ballot.called.person}`;
}
