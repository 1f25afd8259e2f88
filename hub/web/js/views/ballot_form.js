/**
 * A new ballot: question, form, options, rule, timer. Sends `prepare_ballot`.
 * Owns what was typed. Which combinations hold is the hub's law; its refusal stands under the
 * keys. What cannot be meant at all (no question) is said before anything is sent.
 */

import { actionButton, choiceKeys, commandNote } from "../controls.js";
import { h, setAttr, setText, showOptions } from "../dom.js";

const KINDS = [["open", "vote_open_ballot"], ["secret", "vote_secret_ballot"], ["roll_call", "vote_roll_call"]];
const LABEL_SETS = ["law", "tender", "council", "two", "own"];
/** Rules of bodies as the hub knows them by name; `opinion` has none. */
const RULES = ["ubnd", "hdnd", "hdnd_bai_nhiem", "chinh_phu", "hoi_dong_khcn_3_4", "giao_ban_so", "opinion"];
const ROOM_LOST = ["pause", "continue_without", "abort_and_repeat"];
const PRESSES = [["last_press", "ui_form_last"], ["first_press", "ui_form_first"]];
const TIMER_RANGE_S = [5, 3600];
const MOST_OPTIONS = 24;

export class BallotForm {
  #kind = "open";
  #press = "last_press";
  #problem = null;
  #view = null;
  #vi = field("ballot-vi", "ui_form_vi", h("input", { type: "text", maxlength: "400", autocomplete: "off" }));
  #en = field("ballot-en", "ui_form_en", h("input", { type: "text", maxlength: "400", autocomplete: "off" }));
  #kindHead = h("span", { class: "caption" });
  #kinds = choiceKeys(KINDS, (kind) => this.#pick({ kind }));
  #labels = field("ballot-labels", "ui_form_labels", h("select"));
  #own = field("ballot-own", "ui_form_own", h("textarea", { rows: "4" }));
  #ownHint = h("p", { class: "hint" });
  #from = field("ballot-from", "ui_form_picks", h("input", { type: "number", min: 1, max: MOST_OPTIONS, value: 1 }));
  #to = field("ballot-to", "ui_form_picks_to", h("input", { type: "number", min: 1, max: MOST_OPTIONS, value: 1 }));
  #ownBox = h("div", { class: "own-options" }, this.#own.node, this.#ownHint,
    h("div", { class: "picks" }, this.#from.node, this.#to.node));
  #rule = field("ballot-rule", "ui_form_rule", h("select"));
  #pressHead = h("span", { class: "caption" });
  #presses = choiceKeys(PRESSES, (press) => this.#pick({ press }));
  #pressBox = h("div", { class: "field" }, this.#pressHead, this.#presses.node);
  #timer = field("ballot-timer", "ui_form_timer", h("input", { type: "number", min: 5, max: 3600, inputmode: "numeric" }));
  #interim = field("ballot-interim", "ui_form_interim", h("input", { type: "checkbox" }));
  #anyway = field("ballot-anyway", "ui_form_anyway", h("input", { type: "checkbox" }));
  #proxy = field("ballot-proxy", "ui_form_proxy", h("input", { type: "checkbox" }));
  #lost = field("ballot-lost", "ui_form_lost", h("select"));
  #moreHead = h("summary");
  #more = h("details", { class: "more" }, this.#moreHead, this.#lost.node, this.#anyway.node, this.#proxy.node);
  #secretNote = h("p", { class: "hint" });
  #save = actionButton(null, { kind: "primary" });
  #cancel;
  #take;
  #error = h("p", { class: "problem", role: "alert" });
  #note = commandNote();

  /** `close` puts the form away; `take(plan)`, if given, gets the body instead of the hub. */
  constructor(close, take = null) {
    this.#take = take;
    this.#cancel = actionButton(close, { kind: "quiet" });
    const kinds = h("div", { class: "field" }, this.#kindHead, this.#kinds.node);
    this.node = h("form", { class: "ballot-form", novalidate: true, hidden: true },
      this.#vi.node, this.#en.node, kinds, this.#labels.node, this.#ownBox, this.#rule.node, this.#pressBox,
      this.#timer.node, this.#interim.node, this.#secretNote, this.#more,
      this.#error, h("div", { class: "row" }, this.#save.node, this.#cancel.node), this.#note.node);
    this.node.addEventListener("input", () => this.#pick({}));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  focus() {
    this.#vi.input.focus();
  }

  update(view) {
    this.#view = view;
    const { t } = view;
    for (const each of [this.#vi, this.#en, this.#labels, this.#own, this.#from, this.#to, this.#rule, this.#timer,
      this.#interim, this.#anyway, this.#proxy, this.#lost]) each.show(t);
    setText(this.#moreHead, t("ui_form_more"));
    showOptions(this.#lost.input, ROOM_LOST.map((id) => [id, t(`ui_lost_${id}`)]));
    const isOwn = this.#labels.input.value === "own";
    const isSecret = this.#kind === "secret";
    setText(this.#kindHead, t("ui_form_kind"));
    this.#kinds.update({ label: t("ui_form_kind"), pressed: this.#kind, may: {}, t });
    showOptions(this.#labels.input, LABEL_SETS.map((id) => [id, t(`ui_labels_${id}`)]));
    showOptions(this.#rule.input, RULES.map((id) => [id, t(`ui_rule_${id}`)]));
    setAttr(this.#ownBox, "hidden", !isOwn);
    setText(this.#ownHint, t("ui_form_own_hint"));
    setAttr(this.#rule.node, "hidden", isOwn);
    setText(this.#pressHead, t("ui_form_press"));
    this.#presses.update({ label: t("ui_form_press"), pressed: this.#press, may: {}, t });
    setAttr(this.#pressBox, "hidden", isSecret);
    setAttr(this.#interim.node, "hidden", isSecret);
    setText(this.#secretNote, t("ui_form_secret_note"));
    setAttr(this.#secretNote, "hidden", !isSecret);
    setText(this.#error, this.#problem ? t(...this.#problem) : "");
    setAttr(this.#error, "hidden", this.#problem === null);
    this.#save.update({ label: t(this.#take ? "ui_motion_take" : "ui_form_send"), ...view.may(null) });
    this.#cancel.update({ label: t("ui_cancel") });
    this.#note.update(view, "prepare");
  }

  #pick({ kind = this.#kind, press = this.#press }) {
    this.#kind = kind;
    this.#press = press;
    this.#problem = null;
    this.update(this.#view);
  }

  async #send() {
    const plan = this.#plan();
    this.#problem = problemOf(plan);
    this.update(this.#view);
    if (this.#problem) {
      (this.#problem[0] === "ui_form_question_missing" ? this.#vi : this.#own).input.focus();
      return;
    }
    if (this.#take) {
      this.#take(plan);
      this.#clear();
      return;
    }
    const isThere = (state) => state.ballots.some((ballot) => ballot.ballot === plan.id);
    await this.#view.commands.send("prepare_ballot", plan, { thing: "prepare", labelKey: "ui_prepare", proof: isThere });
    if (!this.#view.commands.refusals().some((command) => command.name === "prepare_ballot")) this.#clear();
  }

  #clear() {
    for (const { input } of [this.#vi, this.#en, this.#own, this.#timer]) input.value = "";
    this.update(this.#view);
  }

  /** The body of the command. */
  #plan() {
    const vi = this.#vi.input.value.trim();
    const isOwn = this.#labels.input.value === "own";
    const isSecret = this.#kind === "secret";
    const rule = this.#rule.input.value;
    const own = isOwn ? { options: optionsOf(this.#own.input.value), ...this.#picks() } : {};
    return {
      id: newId(),
      text: { vi, en: this.#en.input.value.trim() || vi },
      kind: this.#kind,
      ...(isOwn ? own : { label_set: this.#labels.input.value }),
      rule: isOwn || rule === "opinion" ? null : rule,
      press: isSecret ? "first_press" : this.#press,
      duration_s: this.#timer.input.value === "" ? null : Number(this.#timer.input.value),
      show_interim: !isSecret && this.#interim.input.checked,
      may_open_without_quorum: this.#anyway.input.checked,
      proxy_vote: this.#proxy.input.checked,
      on_room_lost: this.#lost.input.value,
    };
  }

  #picks() {
    return { picks_min: Number(this.#from.input.value), picks_max: Number(this.#to.input.value) };
  }
}

/** A name that no other ballot has, for files too: `vote-20261122-215407`. */
function newId() {
  const [date, time] = new Date().toISOString().split("T");
  return `vote-${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
}

/** Options from lines `vi | en`: ids are their places. Pure. */
function optionsOf(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.map((line, i) => {
    const [vi, en] = line.split("|").map((part) => part.trim());
    return { id: `o${i + 1}`, label: { vi, en: en || vi } };
  });
}

/** What cannot be meant: [label key, values], or null. Pure. */
function problemOf(plan) {
  if (plan.text.vi === "") return ["ui_form_question_missing"];
  if (plan.options) {
    const n = plan.options.length;
    if (n < 2 || n > MOST_OPTIONS) return ["ui_form_options_missing"];
    const { picks_min: from, picks_max: to } = plan;
    if (!(from >= 1 && from <= to && to <= n)) return ["ui_form_picks_wrong", { n }];
  }
  const [least, most] = TIMER_RANGE_S;
  if (plan.duration_s !== null && !(plan.duration_s >= least && plan.duration_s <= most)) return ["ui_form_timer_wrong"];
  return null;
}

function field(id, labelKey, input) {
  setAttr(input, "id", id);
  const caption = h("label", { class: "caption", for: id });
  const kind = input.type === "checkbox" ? "field switch" : "field";
  return { node: h("div", { class: kind }, caption, input), input, show: (t) => setText(caption, t(labelKey)) };
}
