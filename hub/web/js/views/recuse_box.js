/** Who takes no part in this ballot, set before or while it runs. */

import { attendanceOf } from "../attendance.js";
import { isRunning, keyOf } from "../ballots.js";
import { actionButton, commandNote } from "../controls.js";
import { h, setAttr, setText, showOptions } from "../dom.js";

/** {node, update(view, ballot)}. */
export class RecuseBox {
  #view = null;
  #ballot = null;
  #summary = h("summary");
  #hint = h("p", { class: "hint" });
  #label = h("label", { for: "recuse-who" });
  #people = h("select", { id: "recuse-who" });
  #key = actionButton(() => this.#send());
  #note = commandNote();

  constructor() {
    this.node = h("details", { class: "recuse" }, this.#summary, this.#hint,
      h("div", { class: "row" }, this.#label, this.#people, this.#key.node), this.#note.node);
  }

  update(view, ballot) {
    this.#view = view;
    this.#ballot = ballot;
    const { t } = view;
    const people = Object.entries(attendanceOf(view.state).people).map(([person, entry]) => [person, entry.name || entry.seat]);
    const isPossible = isRunning(ballot) || ballot.stage === "draft" || ballot.stage === "ready_check";
    setAttr(this.node, "hidden", !isPossible || people.length === 0);
    setText(this.#summary, t("ui_recuse_who"));
    setText(this.#hint, t("ui_recuse_hint"));
    setText(this.#label, t("ui_recuse_who"));
    showOptions(this.#people, people);
    this.#key.update({ label: t("ui_recuse"), ...view.may(null) });
    this.#note.update(view, `recuse:${keyOf(ballot)}`);
  }

  #send() {
    const { ballot, generation } = this.#ballot;
    this.#view.commands.send("recuse", { ballot, generation, person: this.#people.value }, {
      thing: `recuse:${keyOf(this.#ballot)}`,
      labelKey: "ui_recuse",
    });
  }
}
