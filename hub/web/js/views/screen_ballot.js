/** A ballot on the room's screen: what is voted on, how far it is, and the result as bars. */

import { KIND_KEYS, hasPassed, outcomeKey, remainingMs, stageMeaning } from "../ballots.js";
import { h, setAttr, setText } from "../dom.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { roomNames } from "../names.js";
import { isTimed, shownCounts } from "../screen.js";
import { ballotBars } from "./ballot_bars.js";

export class ScreenBallot extends HTMLElement {
  #icon = inlineGlyph("voting");
  #stage = h("strong");
  #kind = h("span");
  #head = h("p", { class: "stage" }, this.#icon, this.#stage, this.#kind);
  #question = h("p", { class: "question" });
  #voted = h("strong");
  #votedWord = h("span");
  #left = h("strong");
  #leftWord = h("span");
  #progress = h("div", { class: "bar" }, h("div"));
  #called = h("p", { class: "called" });
  #figures = h("div", { class: "figures" },
    h("p", {}, this.#voted, this.#votedWord), h("p", { class: "left" }, this.#left, this.#leftWord));
  #outcomeIcon = inlineGlyph("ok");
  #outcomeWord = h("strong");
  #outcome = h("p", { class: "outcome" }, this.#outcomeIcon, this.#outcomeWord);
  #bars = ballotBars();
  #hidden = h("p", { class: "hidden-counts" });
  #missing = h("p", { class: "missing" });

  connectedCallback() {
    this.append(this.#head, this.#question, this.#outcome, this.#figures, this.#progress, this.#called,
      this.#bars.node, this.#hidden, this.#missing);
  }

  update(view) {
    const { name, ballot } = view.scene;
    const isShown = name === "ballot" || name === "result";
    setAttr(this, "hidden", !isShown);
    if (!isShown) return;
    const { t, lang } = view;
    const { counts, isFinal } = shownCounts(ballot);
    const meaning = stageMeaning(ballot.stage);
    setAttr(this, "data-scene", name);
    setGlyph(this.#icon, meaning.glyph);
    setText(this.#stage, t(isFinal ? "ui_screen_result" : meaning.key));
    setText(this.#kind, t(KIND_KEYS[ballot.kind]));
    const question = said(ballot.text, lang);
    setText(this.#question, question);
    setAttr(this.#question, "data-long", question.length > 90);
    this.#showFigures(view, ballot, isFinal);
    this.#showOutcome(view, ballot, isFinal);
    setAttr(this.#bars.node, "hidden", counts === null);
    setAttr(this.#bars.node, "data-many", ballot.options.length > 4);
    if (counts !== null) this.#bars.update(view, ballot.options, counts);
    setAttr(this.#hidden, "hidden", counts !== null);
    setText(this.#hidden, t(ballot.stage === "counted" ? "ui_screen_awaits" : "ui_screen_hidden"));
    this.#showMissing(view, ballot);
  }

  #showFigures(view, ballot, isFinal) {
    const { t } = view;
    setText(this.#voted, isFinal ? `${ballot.present}/${ballot.members}` : `${ballot.voted}/${ballot.present}`);
    setText(this.#votedWord, t(isFinal ? "ui_screen_there" : "ui_screen_voted"));
    // With the result, why: most who voted may be for it, and yet too few of all.
    const needed = isFinal && Number.isFinite(ballot.result?.needed) ? ballot.result.needed : null;
    setAttr(this.#left.parentNode, "hidden", !isTimed(ballot) && needed === null);
    if (isTimed(ballot)) setText(this.#left, clock(remainingMs(ballot, view.sinceMs(ballot))));
    else setText(this.#left, needed === null ? "" : String(needed));
    setText(this.#leftWord, t(needed === null ? "agenda_time_left" : "ui_screen_needed"));
    setAttr(this.#progress, "hidden", isFinal);
    this.#progress.firstChild.style.width = `${(100 * ballot.voted) / Math.max(1, ballot.present)}%`;
    setAttr(this.#called, "hidden", !ballot.called || isFinal);
    if (ballot.called) setText(this.#called, t("ui_screen_called", { who: ballot.called.name || ballot.called.person }));
  }

  #showOutcome(view, ballot, isFinal) {
    const outcome = ballot.result?.outcome;
    const passed = isFinal ? hasPassed(outcome) : null;
    setAttr(this.#outcome, "hidden", passed === null);
    if (passed === null) return;
    setAttr(this.#outcome, "data-passed", String(passed));
    setGlyph(this.#outcomeIcon, passed ? "ok" : "failed");
    setText(this.#outcomeWord, view.t(outcomeKey(outcome)));
  }

  #showMissing(view, ballot) {
    const rooms = ballot.rooms_not_heard ?? [];
    setAttr(this.#missing, "hidden", rooms.length === 0);
    setText(this.#missing, view.t("ui_screen_missing", { rooms: roomNames(view, rooms) }));
  }
}
