/** Every ballot of the meeting in one line each, and the form for the next one. */

import { ballotsOf, hasPassed, KIND_KEYS, keyOf, outcomeKey, stageMeaning } from "../ballots.js";
import { actionButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { BallotForm } from "./ballot_form.js";

export class BallotList extends HTMLElement {
  #heading = h("h2", { id: "ballots-title", tabindex: "-1" });
  #count = h("span", { class: "count" });
  #prepare = actionButton(() => this.#toggle());
  #form = new BallotForm(() => this.#toggle(false));
  #list = h("ol", { class: "ballots", role: "list" });
  #none = h("p", { class: "empty" });
  #view = null;

  connectedCallback() {
    const title = h("div", { class: "section-head" }, this.#heading, this.#count);
    setAttr(this.#form.node, "id", "ballot-form");
    setAttr(this.#prepare.node, "aria-controls", "ballot-form");
    this.append(h("div", { class: "list-head" }, title, this.#prepare.node), this.#form.node, this.#list, this.#none);
  }

  update(view) {
    this.#view = view;
    const { t } = view;
    const ballots = ballotsOf(view.state);
    setText(this.#heading, t("ui_ballots"));
    setText(this.#count, ballots.length > 0 ? String(ballots.length) : "");
    setText(this.#none, t("ui_ballots_none"));
    setAttr(this.#none, "hidden", ballots.length > 0 || !this.#form.node.hidden);
    this.#prepare.update({ label: t("ui_prepare") });
    setAttr(this.#prepare.node, "aria-expanded", String(!this.#form.node.hidden));
    this.#form.update(view);
    const newestFirst = [...ballots].reverse();
    keyed(this.#list, newestFirst, keyOf, makeBallot, (node, ballot) => node.show(view, ballot));
  }

  #toggle(open = this.#form.node.hidden) {
    setAttr(this.#form.node, "hidden", !open);
    this.update(this.#view);
    if (open) this.#form.focus();
    else this.#prepare.node.focus();
  }
}

function makeBallot() {
  const stage = stateWord();
  const question = h("span", { class: "question" });
  const about = h("span", { class: "where" });
  let now = null;
  const show = actionButton(() => now.view.pickBallot(keyOf(now.ballot)));
  const node = h("li", { class: "ballot-row" }, stage.node, h("div", { class: "what" }, question, about), show.node);
  node.show = (view, ballot) => {
    now = { view, ballot };
    const { t } = view;
    const meaning = stageMeaning(ballot.stage);
    setAttr(node, "data-ballot", keyOf(ballot));
    setAttr(node, "data-stage", ballot.stage);
    stage.set(meaning.glyph, t(meaning.key));
    const text = said(ballot.text, view.lang);
    setText(question, text);
    const outcome = ballot.stage === "annulled" ? null : outcomeKey(ballot.result?.outcome);
    const round = ballot.generation > 1 ? t("ui_generation", { n: ballot.generation }) : "";
    const { voted, present } = ballot;
    const pressed = ballot.opened_ts ? t("ui_pressed", { voted, present }) : "";
    setText(about, joined(outcome ? t(outcome) : "", pressed, t(KIND_KEYS[ballot.kind]), round));
    setAttr(node, "data-passed", outcome ? String(hasPassed(ballot.result.outcome)) : null);
    show.update({ label: t("ui_show_ballot"), name: `${t("ui_show_ballot")}, ${text}`, pressed: view.ballot === keyOf(ballot) });
  };
  return node;
}
