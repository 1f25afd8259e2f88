/**
 * The result of a counted ballot: outcome, bars, rule, quorum, who did not take part, the record.
 * Owns the list of who did not take part, which is fetched when somebody opens it.
 */

import { nameOf } from "../attendance.js";
import { hasPassed, hasResult, keyOf, outcomeKey } from "../ballots.js";
import { fact } from "../controls.js";
import { h, keyed, setAttr, setText } from "../dom.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { roomNames } from "../names.js";
import { ballotBars } from "./ballot_bars.js";

const BASE_KEYS = {
  all_members: "ui_base_all_members",
  present: "ui_base_present",
  votes_cast: "ui_base_votes_cast",
  valid_excluding_abstentions: "ui_base_valid",
};
const HEAD_SHOWN = 16;
const GROUPS = [["not_voting", "ui_not_voting"], ["absent", "ui_absent"], ["recused", "ui_recused"]];

/** {node, facts, update(view, ballot)}: both nodes are hidden until the ballot has been counted. */
export class BallotResult {
  #icon = inlineGlyph("ok");
  #word = h("strong");
  #outcome = h("p", { class: "outcome" }, this.#icon, this.#word);
  #sentence = h("p", { class: "announcement" });
  #bars = ballotBars();
  #missing = h("p", { class: "missing" });
  #facts = { rule: fact(), needed: fact(), quorum: fact(), slips: fact(), chain: fact() };
  #silentHead = h("summary");
  #silent = h("div", { class: "silent-groups" });
  #silentNote = h("p", { class: "hint" });
  #silentBox = h("details", { class: "silent" }, this.#silentHead, this.#silentNote, this.#silent);
  #people = { of: null, groups: null };
  #view = null;
  #ballot = null;
  #document = h("a", { class: "action", target: "_blank", rel: "noopener" });
  #journal = h("a", { class: "action", download: "" });

  constructor() {
    this.facts = h("dl", { class: "facts" }, ...Object.values(this.#facts).map((f) => f.node));
    const links = h("div", { class: "row" }, this.#document, this.#journal);
    this.node = h("div", { class: "ballot-result" }, this.#outcome, this.#bars.node,
      h("div", { class: "result-words" }, this.#sentence, this.#missing, this.#silentBox, links));
    this.#silentBox.addEventListener("toggle", () => this.#fetch());
  }

  update(view, ballot) {
    const { result } = ballot;
    const isShown = hasResult(ballot) && Boolean(result);
    setAttr(this.node, "hidden", !isShown);
    setAttr(this.facts, "hidden", !isShown);
    if (!isShown) return;
    if (this.#ballot && keyOf(this.#ballot) !== keyOf(ballot)) this.#silentBox.open = false;
    this.#view = view;
    this.#ballot = ballot;
    this.#showOutcome(view, ballot, result);
    this.#bars.update(view, ballot.options, result.counts ?? ballot.counts);
    setText(this.#sentence, said(result.announcement, view.lang));
    this.#showFacts(view, result);
    this.#showSilent(view, result.counts);
    const place = placeOf(ballot);
    setAttr(this.#document, "href", place);
    setText(this.#document, view.t("ui_document"));
    setAttr(this.#journal, "href", `${place}/journal`);
    setAttr(this.#journal, "download", `${ballot.ballot}-${ballot.generation}.jsonl`);
    setText(this.#journal, view.t("ui_journal"));
  }

  #showOutcome(view, ballot, result) {
    const passed = hasPassed(result.outcome);
    setAttr(this.#outcome, "hidden", passed === null);
    const isAnnulled = ballot.stage === "annulled";
    setAttr(this.#outcome, "data-passed", isAnnulled ? null : String(passed));
    setGlyph(this.#icon, isAnnulled ? "stopped" : passed ? "ok" : "failed");
    const key = isAnnulled ? "vote_annulled" : outcomeKey(result.outcome);
    setText(this.#word, key ? view.t(key) : "");
    const rooms = result.rooms_not_heard ?? [];
    setAttr(this.#missing, "hidden", rooms.length === 0);
    setText(this.#missing, view.t("ui_rooms_missing", { rooms: roomNames(view, rooms) }));
  }

  #showFacts(view, result) {
    const { t } = view;
    const show = (name, term, value) => {
      setAttr(this.#facts[name].node, "hidden", !value);
      this.#facts[name].set(term, value || "");
    };
    show("rule", t("ui_rule"), ruleText(result.rule, t));
    show("needed", t("ui_majority"), Number.isFinite(result.needed) ? t("ui_needed", { n: result.needed }) : "");
    show("quorum", t("ui_quorum"), quorumText(result.quorum, t));
    const { slips } = result;
    const issued = slips && `${t("vote_ballots_issued")} ${slips.issued} · ${t("vote_ballots_returned")} ${slips.returned}`;
    show("slips", t("vote_secret_ballot"), issued);
    show("chain", t("ui_chain"), result.chain && `${result.chain.head.slice(0, HEAD_SHOWN)}…`);
    setAttr(this.#facts.chain.node, "title", result.chain?.head);
  }

  #showSilent(view, counts) {
    const { t } = view;
    const n = counts.not_voting + counts.absent;
    setText(this.#silentHead, n > 0 ? `${t("ui_did_not")} (${n})` : t("ui_everybody_voted"));
    const { of, groups } = this.#people;
    const isHere = of === keyOf(this.#ballot) && groups !== null;
    setText(this.#silentNote, t(groups === false ? "ui_document_lost" : "ui_document_waits"));
    setAttr(this.#silentNote, "hidden", isHere && groups !== false);
    const filled = GROUPS.map(([name, key]) => ({ name, key, people: (isHere && groups[name]) || [] }))
      .filter((group) => group.people.length > 0);
    const make = () => h("p", {}, h("strong"), h("span"));
    keyed(this.#silent, filled, (group) => group.name, make, (node, group) => {
      const names = group.people.map((person) => nameOf(view.state, person)).join(", ");
      setText(node.firstChild, `${t(group.key)} (${group.people.length}): `);
      setText(node.lastChild, names);
    });
  }

  /** The names stand in the result document only. */
  async #fetch() {
    if (!this.#ballot) return;
    const key = keyOf(this.#ballot);
    if (!this.#silentBox.open || (this.#people.of === key && this.#people.groups)) return;
    this.#people = { of: key, groups: null };
    const answer = await fetch(placeOf(this.#ballot)).catch(() => null);
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (this.#people.of !== key) return;
    this.#people.groups = found?.did_not_take_part ?? false;
    this.#view.refresh();
  }
}

/** Address of the result document. */
function placeOf({ ballot, generation }) {
  return `/api/v1/ballots/${encodeURIComponent(ballot)}/${generation}`;
}

/** `Trên 1/2 tổng số thành viên`. */
function ruleText(rule, t) {
  if (!rule) return t("ui_rule_none");
  const { numerator, denominator, base, comparison } = rule.majority;
  const key = comparison === ">" ? "ui_rule_more" : "ui_rule_least";
  return t(key, { part: `${numerator}/${denominator}`, base: t(BASE_KEYS[base]) });
}

function quorumText(quorum, t) {
  if (!quorum) return "";
  const one = (seen) => {
    if (!seen) return "–";
    const word = t(seen.met ? "quorum_reached" : "quorum_not_reached").toLowerCase();
    return t("ui_quorum_seen", { ...seen, word });
  };
  const both = t("ui_quorum_at", { opening: one(quorum.opening), closing: one(quorum.closing) });
  return quorum.opened_anyway ? `${both}, ${t("ui_opened_anyway")}` : both;
}
