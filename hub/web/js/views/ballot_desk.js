/**
 * The ballot at hand, or the one that was picked from the list: stage, question, who has voted,
 * what the seats and rooms say, and the keys that fit.
 * Owns which ballot is shown; the pick itself is the page's.
 */

import { atHand, ballotOf, hasResult, isRunning, KIND_KEYS, keyOf, remainingMs, stageMeaning } from "../ballots.js";
import { actionButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph, stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { roomNames } from "../names.js";
import { ballotBars } from "./ballot_bars.js";
import { ballotKeys } from "./ballot_keys.js";
import { BallotResult } from "./ballot_result.js";
import { RecuseBox } from "./recuse_box.js";
import { RollCallKeys } from "./roll_call_keys.js";

const LAST_SECONDS_MS = 10_000;

export class BallotDesk extends HTMLElement {
  #stage = stateWord();
  #about = h("span", { class: "subtitle" });
  #close = actionButton(() => this.#leave(), { kind: "quiet" });
  #question = h("h2", { id: "ballot-title", tabindex: "-1" });
  #voted = h("strong");
  #votedWord = h("span");
  #votedFilled = h("span", { class: "filled" });
  #turnout = h("div", { class: "turnout" }, h("p", {}, this.#voted, this.#votedWord),
    h("span", { class: "track", "aria-hidden": "true" }, this.#votedFilled));
  #remaining = h("strong", { class: "clock" });
  #remainingLabel = h("span");
  #timer = h("p", { class: "timer" }, this.#remaining, this.#remainingLabel);
  #quorumIcon = inlineGlyph("ok");
  #quorumText = h("span");
  #quorum = h("p", { class: "line quorum" }, this.#quorumIcon, this.#quorumText);
  #roomsText = h("span");
  #rooms = h("p", { class: "line awaited" }, inlineGlyph("warning"), this.#roomsText);
  #called = h("p", { class: "line called" });
  #press = h("p", { class: "line press" });
  #why = h("p", { class: "line" });
  #bars = ballotBars();
  #options = h("ul", { class: "options", role: "list" });
  #hidden = h("p", { class: "hint" });
  #keys = ballotKeys();
  #result = new BallotResult();
  #answer = new RollCallKeys();
  #recuse = new RecuseBox();
  #followed = null;
  #view = null;

  connectedCallback() {
    setAttr(this, "role", "region");
    setAttr(this, "aria-labelledby", "ballot-title");
    const head = h("div", { class: "panel-head" }, h("div", { class: "stage-line" }, this.#stage.node, this.#about),
      this.#close.node);
    const figures = h("div", { class: "figures" }, this.#turnout, this.#timer);
    const lines = h("div", { class: "ballot-lines" }, this.#quorum, this.#rooms, this.#called, this.#why, this.#press);
    this.append(head, this.#question,
      h("div", { class: "ballot-body" },
        h("div", { class: "ballot-progress" }, figures, lines, this.#result.facts, this.#answer.node, this.#keys.node,
          this.#recuse.node),
        h("div", { class: "ballot-counts" }, this.#bars.node, this.#options, this.#hidden, this.#result.node)));
  }

  update(view) {
    this.#view = view;
    const ballot = this.#choose(view);
    setAttr(this, "hidden", ballot === null);
    if (ballot === null) return;
    const { t } = view;
    setAttr(this, "data-ballot", keyOf(ballot));
    setAttr(this, "data-stage", ballot.stage);
    const stage = stageMeaning(ballot.stage);
    this.#stage.set(stage.glyph, t(stage.key));
    const round = ballot.generation > 1 ? t("ui_generation", { n: ballot.generation }) : "";
    setText(this.#about, joined(t(KIND_KEYS[ballot.kind]), round));
    setText(this.#question, said(ballot.text, view.lang));
    this.#showClose(view, ballot);
    this.#showProgress(view, ballot);
    this.#showLines(view, ballot);
    this.#showCounts(view, ballot);
    this.#result.update(view, ballot);
    this.#answer.update(view, ballot);
    this.#keys.update(view, ballot);
    this.#recuse.update(view, ballot);
  }

  /** The picked ballot, else the one at hand, else the one that was at hand here until now. */
  #choose(view) {
    const { state } = view;
    const hand = atHand(state);
    if (hand) this.#followed = keyOf(hand);
    return ballotOf(state, view.ballot) ?? hand ?? ballotOf(state, this.#followed);
  }

  /** Back to the one at hand, or, when there is none, away. */
  #leave() {
    this.#followed = null;
    this.#view.pickBallot(null);
  }

  #showClose(view, ballot) {
    const hand = atHand(view.state);
    const isAway = hand !== null && keyOf(hand) !== keyOf(ballot);
    const label = view.t(isAway ? "ui_back_to_running" : "ui_close");
    this.#close.update({ label, hidden: hand !== null && !isAway });
  }

  #showProgress(view, ballot) {
    const { t } = view;
    const hasBegun = !["draft", "ready_check", "withdrawn", "damaged"].includes(ballot.stage);
    setAttr(this.#turnout, "hidden", !hasBegun);
    setText(this.#voted, `${ballot.voted}/${ballot.present}`);
    setText(this.#votedWord, t("ui_pressed_word"));
    this.#votedFilled.style.width = `${(100 * ballot.voted) / Math.max(ballot.present, 1)}%`;
    const left = remainingMs(ballot, view.sinceMs(ballot));
    const isTimed = left !== null && isRunning(ballot);
    setAttr(this.#timer, "hidden", !isTimed);
    setAttr(this.#timer, "data-short", isTimed && left <= LAST_SECONDS_MS);
    setText(this.#remaining, isTimed ? clock(left) : "");
    setText(this.#remainingLabel, t("ui_remaining"));
  }

  /** Counts where they may be seen; until then what can be chosen. */
  #showCounts(view, ballot) {
    const isCounted = hasResult(ballot);
    const counts = isCounted ? null : ballot.counts;
    this.#bars.update(view, ballot.options, counts);
    setAttr(this.#options, "hidden", isCounted || counts !== null);
    setAttr(this.#options, "aria-label", view.t("ui_form_labels"));
    keyed(this.#options, ballot.options, (option) => option.id, () => h("li"), (node, option) =>
      setText(node, said(option, view.lang)));
    setText(this.#hidden, view.t("ui_counts_hidden"));
    const isSilent = isRunning(ballot) || ballot.stage === "closing";
    setAttr(this.#hidden, "hidden", counts !== null || !isSilent);
  }

  #showLines(view, ballot) {
    const { t } = view;
    const { quorum, present, members } = ballot;
    const isAsked = Boolean(quorum && quorum.needed > 0);
    setGlyph(this.#quorumIcon, !isAsked || quorum.met ? "ok" : "warning");
    setAttr(this.#quorum, "data-met", String(!isAsked || quorum.met));
    const line = t(isAsked ? "ui_quorum_line" : "ui_quorum_none", { present, members, needed: quorum?.needed });
    const word = isAsked ? t(quorum.met ? "quorum_reached" : "quorum_not_reached") : "";
    setText(this.#quorumText, joined(line, word));
    setAttr(this.#quorum, "hidden", hasResult(ballot) || ballot.stage === "draft" || ballot.stage === "damaged");
    setAttr(this.#why, "hidden", !ballot.ending?.why);
    setText(this.#why, ballot.ending?.why ? t("ui_ended_why", { why: ballot.ending.why }) : "");
    setAttr(this.#rooms, "hidden", ballot.stage !== "closing" || ballot.rooms_not_heard.length === 0);
    setText(this.#roomsText, t("ui_rooms_awaited", { rooms: roomNames(view, ballot.rooms_not_heard) }));
    const isCalling = ballot.kind === "roll_call" && isRunning(ballot);
    setAttr(this.#called, "hidden", !isCalling);
    const who = ballot.called?.name || ballot.called?.person;
    setText(this.#called, who ? t("ui_called", { who }) : t("ui_called_none"));
    setAttr(this.#press, "hidden", hasResult(ballot) || ballot.stage === "closing");
    setText(this.#press, t(ballot.press === "first_press" ? "ui_first_press" : "ui_last_press"));
  }
}
