/**
 * Buttons that command, and the note beside them that says how the command went.
 * A button that cannot be used keeps its focus and says why; what concerns the public asks once,
 * in place, with its effect as the label.
 */

import { h, setAttr, setText } from "./dom.js";
import { inlineGlyph, setGlyph } from "./glyphs.js";
import { fill, said } from "./i18n.js";

/** Shape of each stage of a command; what is not here went wrong. */
const STAGE_GLYPHS = { sent: "opening", accepted: "opening", done: "ok", not_proved: "unconfirmed" };

/** An unanswered question goes away after this long. */
const ASK_MS = 8_000;

/**
 * A button: {node, update({label, enabled, why, pressed})}. `act` runs only while enabled;
 * without one it submits its form.
 */
export function actionButton(act, { kind = "" } = {}) {
  const node = h("button", { type: act ? "button" : "submit", class: `action ${kind}`.trim() });
  node.addEventListener("click", (event) => {
    if (node.getAttribute("aria-disabled") === "true") event.preventDefault();
    else act?.();
  });
  return {
    node,
    update({ label, enabled = true, why = null, pressed = null, hidden = false, name = null, primary = null }) {
      setText(node, label);
      setAttr(node, "aria-disabled", enabled ? null : "true");
      setAttr(node, "title", enabled ? null : why);
      setAttr(node, "aria-pressed", pressed === null ? null : String(pressed));
      setAttr(node, "aria-label", name);
      setAttr(node, "hidden", hidden);
      if (primary !== null) node.classList.toggle("primary", primary);
    },
  };
}

/**
 * A button that asks before it acts, when `update` is given a question. The question replaces
 * its label; the second press acts, Esc or "cancel" or time takes it back.
 */
export function askingButton(act, { kind = "" } = {}) {
  let asking = false;
  let timer = null;
  let latest = null;
  const stop = () => {
    asking = false;
    clearTimeout(timer);
    show();
  };
  const main = actionButton(() => {
    if (latest.question && !asking) {
      asking = true;
      timer = setTimeout(stop, ASK_MS);
      show();
      return;
    }
    stop();
    act();
  }, { kind });
  const takeBack = () => {
    stop();
    main.node.focus();
  };
  const cancel = h("button", { type: "button", class: "action quiet", on: { click: takeBack } });
  const node = h("span", { class: "asking" }, main.node, cancel);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !asking) return;
    event.stopPropagation();
    takeBack();
  });
  function show() {
    main.update({ ...latest, label: asking ? latest.question : latest.label });
    main.node.classList.toggle("danger", asking);
    setAttr(cancel, "hidden", !asking);
    setText(cancel, latest.cancel);
  }
  return {
    node,
    button: main.node,
    update(next) {
      latest = next;
      if (asking && (!next.question || next.enabled === false)) stop();
      else show();
    },
  };
}

/**
 * A button that asks for a reason before it acts: the field and its key stand in place of the
 * button. Esc or "cancel" takes it back. `act(why)` runs with a reason that is not empty.
 */
export function reasonButton(act, { kind = "" } = {}) {
  const open = actionButton(() => show(true), { kind });
  const label = h("span", { class: "why-label" });
  const field = h("input", { type: "text", maxlength: "200", autocomplete: "off", required: true });
  const cancel = actionButton(() => show(false), { kind: "quiet" });
  const confirm = actionButton(null, { kind: "danger" });
  const form = h("form", { class: "why", hidden: true },
    h("label", { class: "why-field" }, label, field), h("div", { class: "row" }, confirm.node, cancel.node));
  const node = h("span", { class: "asking why-asking" }, open.node, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const why = field.value.trim();
    if (why === "") return;
    field.value = "";
    show(false);
    act(why);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    show(false);
  });
  function show(asking) {
    setAttr(form, "hidden", !asking);
    setAttr(open.node, "hidden", asking);
    (asking ? field : open.node).focus();
  }
  return {
    node,
    update({ question, cancel: back, whyLabel, ...next }) {
      open.update({ ...next, hidden: !form.hidden });
      setText(label, whyLabel);
      confirm.update({ label: question, enabled: next.enabled, why: next.why });
      cancel.update({ label: back });
    },
  };
}

/** Keys of which one is pressed: {node, update({label, pressed, may, words})}; `choose(value)`. */
export function choiceKeys(values, choose, kind = "") {
  const keys = values.map(([value, labelKey]) => ({
    value,
    labelKey,
    button: actionButton(() => choose(value), { kind: "choice" }),
  }));
  const node = h("div", { class: `row choices ${kind}`.trim(), role: "group" }, ...keys.map((k) => k.button.node));
  return {
    node,
    update({ label, pressed, may, t }) {
      setAttr(node, "aria-label", label);
      for (const { value, labelKey, button } of keys) {
        button.update({ label: t(labelKey), ...may, pressed: value === pressed });
      }
    },
  };
}

/** The note about a thing's last command: {node, update(view, thing)}. */
export function commandNote() {
  const icon = inlineGlyph("ok");
  const what = h("span", { class: "what" });
  const steps = ["ui_sent", "ui_accepted", "ui_done"].map((key) => h("span", { class: "step", "data-key": key }));
  const trail = h("span", { class: "trail" }, ...steps);
  const problem = h("span", { class: "problem" });
  const node = h("p", { class: "note", hidden: true }, icon, what, trail, problem);
  return {
    node,
    update(view, thing) {
      const command = view.commands.about(thing);
      setAttr(node, "hidden", command === null);
      if (command === null) return;
      const reached = { sent: 1, accepted: 2, done: 3 }[command.stage] ?? 0;
      setAttr(node, "data-stage", command.stage);
      setGlyph(icon, STAGE_GLYPHS[command.stage] ?? "fault");
      setText(what, `${view.t(command.labelKey)}:`);
      setAttr(trail, "hidden", reached === 0);
      steps.forEach((step, i) => {
        setText(step, view.t(step.dataset.key));
        setAttr(step, "data-reached", i < reached);
      });
      setAttr(problem, "hidden", reached > 0);
      setText(problem, reached > 0 ? "" : outcome(command, view));
    },
  };
}

/** The sentence for a command that did not go well. */
export function outcome(command, view) {
  const key = {
    refused: "ui_refused",
    failed: "ui_failed",
    expired: "ui_expired",
    not_proved: "ui_not_proved",
    not_sent: "ui_not_sent",
  }[command.stage];
  const reason = said(command.reason, view.lang) || view.t("ui_no_reason");
  return fill(view.t(key), { reason });
}

/** A term and its value in a description list: {nodes, set(term, value)}. */
export function fact() {
  const term = h("dt");
  const value = h("dd");
  return {
    node: h("div", { class: "fact" }, term, value),
    set(termText, valueText) {
      setText(term, termText);
      setText(value, valueText);
    },
  };
}
