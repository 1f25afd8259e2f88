/**
 * My vote: the question, the options as keys, and whether my vote was recorded and counted.
 * A press is kept on the device and sent by itself, so these keys work without a connection too.
 */

import { hasPassed, keyOf, outcomeKey, remainingMs, stageMeaning } from "../ballots.js";
import { actionButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph, stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { ballotOf, closedTo, isKnown, isSentApart, voteOf } from "../my_seat.js";
import { ballotBars } from "./ballot_bars.js";

const WITH_CHOICES = new Set(["open", "paused", "closing", "ready_check"]);

export class SeatVote extends HTMLElement {
  #stage = stateWord();
  #timer = h("strong", { class: "clock" });
  #turnout = h("span", { class: "turnout-word" });
  #question = h("h2", { id: "vote-title", tabindex: "-1" });
  #called = h("p", { class: "line called" });
  #hint = h("p", { class: "hint" });
  #options = h("div", { class: "vote-options", role: "group", "aria-labelledby": "vote-title" });
  #send = actionButton(() => this.#cast([...this.#picked]), { kind: "key primary" });
  #mine = stateWord();
  #mineLine = h("p", { class: "my-vote", role: "status" }, this.#mine.node);
  #problem = h("p", { class: "problem", role: "alert" });
  #outcomeIcon = inlineGlyph("ok");
  #outcomeWord = h("strong");
  #outcome = h("p", { class: "outcome" }, this.#outcomeIcon, this.#outcomeWord);
  #sentence = h("p", { class: "announcement" });
  #bars = ballotBars();
  #picked = new Set();
  #pickedOf = null;
  #view = null;
  #ballot = null;

  connectedCallback() {
    setAttr(this, "role", "region");
    setAttr(this, "aria-labelledby", "vote-title");
    const head = h("div", { class: "stage-line" }, this.#stage.node, this.#timer);
    const foot = h("div", { class: "vote-foot" }, this.#hint, this.#turnout);
    this.append(head, this.#question, this.#called, this.#mineLine, this.#problem, this.#options, this.#send.node,
      this.#outcome, this.#bars.node, this.#sentence, foot);
  }

  update(view) {
    const { state, seat } = view;
    const ballot = seat !== null && isKnown(state, seat) ? ballotOf(state) : null;
    setAttr(this, "hidden", ballot === null);
    if (ballot === null) return;
    if (this.#pickedOf !== keyOf(ballot)) this.#picked.clear();
    this.#pickedOf = keyOf(ballot);
    this.#view = view;
    this.#ballot = ballot;
    const entry = view.votes.of(seat, ballot);
    const vote = voteOf(state, seat, entry);
    this.#showHead(view, ballot);
    this.#showVote(view, ballot, vote, entry);
    this.#showOptions(view, ballot, vote);
    this.#showResult(view, ballot);
  }

  #showHead(view, ballot) {
    const { t } = view;
    const stage = stageMeaning(ballot.stage);
    setAttr(this, "data-stage", ballot.stage);
    this.#stage.set(stage.glyph, t(stage.key));
    setText(this.#question, said(ballot.text, view.lang));
    const left = ballot.stage === "open" ? remainingMs(ballot, view.sinceMs(ballot)) : null;
    setAttr(this.#timer, "hidden", left === null);
    setText(this.#timer, left === null ? "" : clock(left));
    const isBegun = ballot.stage !== "ready_check";
    setText(this.#turnout, isBegun ? t("ui_pressed", { voted: ballot.voted, present: ballot.present }) : "");
    const isCalling = ballot.kind === "roll_call" && ballot.stage === "open" && ballot.called;
    setAttr(this.#called, "hidden", !isCalling);
    if (!isCalling) return;
    const who = ballot.called.name || ballot.called.person;
    setText(this.#called, ballot.called.seat === view.seat ? t("ui_vote_called") : t("ui_called", { who }));
  }

  #showVote(view, ballot, vote, entry) {
    const { t } = view;
    const isOver = !WITH_CHOICES.has(ballot.stage);
    const isSilent = ballot.kind === "secret" || ballot.stage === "ready_check" || (isOver && vote.state === "vote_waiting");
    setAttr(this.#mineLine, "hidden", isSilent);
    const waits = vote.state === "vote_recorded" ? t(view.live ? "ui_vote_sending" : "ui_vote_waits") : "";
    this.#mine.set(vote.state, joined(t(vote.key, { choice: this.#words(view, vote.choices) }), waits));
    const isRefused = entry?.status === "refused";
    setAttr(this.#problem, "hidden", !isRefused);
    const reason = isRefused ? said(entry.reason, view.lang) : "";
    setText(this.#problem, isRefused ? t("ui_vote_refused", { choice: this.#words(view, entry.choices), reason }) : "");
  }

  #showOptions(view, ballot, vote) {
    const { t } = view;
    const closed = closedTo(ballot, vote);
    const isShown = WITH_CHOICES.has(ballot.stage) && ballot.kind !== "secret";
    const [min, max] = [ballot.picks_min ?? 1, ballot.picks_max ?? 1];
    const several = min === max ? t("ui_vote_pick_n", { max }) : t("ui_vote_pick", { min, max });
    const how = max > 1 ? several : t("ui_vote_hint");
    const rule = t(ballot.press === "first_press" ? "ui_first_press" : "ui_last_press");
    const isOpen = closed === null;
    setText(this.#hint, isOpen ? joined(how, rule) : closed ? t(closed) : "");
    setAttr(this.#hint, "hidden", this.#hint.textContent === "" || !WITH_CHOICES.has(ballot.stage));
    setAttr(this.#options, "hidden", !isShown);
    const apart = isSentApart(ballot);
    const options = ballot.options.map((option) => ({
      ...option,
      isOn: apart && isOpen && this.#picked.size > 0 ? this.#picked.has(option.id) : vote.choices.includes(option.id),
      isOpen,
    }));
    keyed(this.#options, options, (option) => option.id, (option) => this.#makeOption(option.id), (node, option) =>
      node.show(view, option));
    const n = this.#picked.size;
    const chosen = this.#words(view, [...this.#picked]);
    const label = n > 0 ? t("ui_vote_send", { choice: chosen }) : t("ui_vote_send_none");
    const fits = n >= min && n <= max;
    this.#send.update({ label, enabled: fits, why: how, hidden: !isShown || !apart || !isOpen });
  }

  #makeOption(id) {
    const key = actionButton(() => this.#press(id), { kind: "key option" });
    key.node.show = (view, option) => {
      key.update({ label: said(option, view.lang), enabled: option.isOpen, pressed: option.isOn });
    };
    return key.node;
  }

  #press(id) {
    const ballot = this.#ballot;
    if (!isSentApart(ballot)) {
      this.#cast([id]);
      return;
    }
    if (this.#picked.has(id)) this.#picked.delete(id);
    else {
      if ((ballot.picks_max ?? 1) === 1) this.#picked.clear();
      this.#picked.add(id);
    }
    this.#view.refresh();
  }

  #cast(choices) {
    const { votes, seat, state } = this.#view;
    this.#picked.clear();
    votes.cast(seat, this.#ballot, choices, state.seats?.[seat]?.vote ?? null);
  }

  #showResult(view, ballot) {
    const { result } = ballot;
    const counts = result?.counts ?? ballot.counts;
    this.#bars.update(view, ballot.options, counts);
    const passed = hasPassed(result?.outcome);
    setAttr(this.#outcome, "hidden", passed === null);
    setAttr(this.#outcome, "data-passed", passed === null ? null : String(passed));
    setGlyph(this.#outcomeIcon, passed ? "ok" : "failed");
    const key = outcomeKey(result?.outcome);
    setText(this.#outcomeWord, key ? view.t(key) : "");
    setAttr(this.#sentence, "hidden", !result);
    setText(this.#sentence, result ? said(result.announcement, view.lang) : "");
  }

  #words(view, choices) {
    const labels = this.#ballot.options.filter((option) => choices.includes(option.id));
    return labels.map((option) => said(option, view.lang)).join(", ");
  }
}
