/**
 * How long people speak and what they may do themselves: a form over the floor's settings.
 * Owns what was typed and not yet saved; must not change a setting it does not show.
 */

import { actionButton, commandNote } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";
import { roleKey } from "../meaning.js";

/** Fields with bounds as the hub has them. `role`: one number of `limit_s`. */
const NUMBERS = [
  { id: "limit-delegate", role: "delegate", label: "ui_set_limit", min: 0, max: 3600 },
  { id: "limit-guest", role: "guest", label: "ui_set_limit", min: 0, max: 3600 },
  { id: "warning", name: "warning_s", label: "ui_set_warning", min: 0, max: 120 },
  { id: "extension", name: "extension_s", label: "ui_set_extension", min: 15, max: 600 },
  { id: "silence", name: "silence_off_s", label: "ui_set_silence", min: 0, max: 120 },
];

const CHOICES = [
  { name: "at_limit", label: "ui_set_at_limit", options: { overrun: "ui_set_overrun", stop: "ui_set_stop" } },
  {
    name: "priority_release",
    label: "ui_set_release",
    options: { restore: "ui_set_restore", reset: "ui_set_reset" },
  },
  {
    name: "interrupt",
    label: "ui_set_interrupt",
    options: {
      none: "ui_set_interrupt_none",
      lower: "ui_set_interrupt_lower",
      same_or_lower: "ui_set_interrupt_same",
    },
  },
];

const SWITCHES = [
  { name: "may_switch_off", label: "ui_set_switch_off" },
  { name: "may_cancel", label: "ui_set_cancel" },
  { name: "guest_may_request", label: "ui_set_guest" },
  { name: "priority_clears_queue", label: "ui_set_clears" },
];

export class FloorSettings {
  #view = null;
  #summary = h("summary");
  #fields = [...NUMBERS.map(makeNumber), ...CHOICES.map(makeChoice), ...SWITCHES.map(makeSwitch)];
  #save = actionButton(null, { kind: "primary" });
  #undo = actionButton(() => this.#discard(), { kind: "quiet" });
  #note = commandNote();
  #form = h("form", { class: "settings", novalidate: true },
    ...this.#fields.map((field) => field.node), h("div", { class: "row" }, this.#save.node, this.#undo.node), this.#note.node);

  constructor() {
    this.node = h("details", { class: "rule" }, this.#summary, this.#form);
    this.#form.addEventListener("input", (event) => {
      event.target.dataset.touched = "true";
      this.update(this.#view);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  update(view) {
    this.#view = view;
    const { t } = view;
    const { settings } = view.state.floor;
    setAttr(this.node, "hidden", !settings);
    if (!settings) return;
    setText(this.#summary, t("ui_settings"));
    for (const field of this.#fields) field.show(view, settings);
    const isTouched = this.#fields.some((field) => field.input.dataset.touched);
    const isRight = this.#fields.every((field) => field.input.validity.valid);
    const may = view.may(null);
    this.#save.update({ label: t("ui_set_save"), ...may, enabled: may.enabled && isTouched && isRight });
    this.#undo.update({ label: t("ui_set_undo"), hidden: !isTouched });
    this.#note.update(view, "settings");
  }

  #discard() {
    for (const field of this.#fields) delete field.input.dataset.touched;
    this.update(this.#view);
  }

  #send() {
    const before = this.#view.state.floor.settings;
    const settings = this.#fields.reduce((so_far, field) => field.put(so_far), before);
    const proof = (state) => this.#fields.every((field) => field.isIn(state.floor.settings, settings));
    this.#view.commands.send("set_settings", { settings }, { thing: "settings", labelKey: "ui_set_save", proof });
    this.#discard();
  }
}

/** A field: {node, input, show(view, settings), put(settings), isIn(settings, wanted)}. */
function makeField(input, label, { read, put, write }) {
  const caption = h("label", { class: "caption", for: input.id });
  const unit = h("span", { class: "unit", id: `${input.id}-unit` });
  const node = h("div", { class: "field" }, caption, input, unit);
  if (input.type === "number") setAttr(input, "aria-describedby", unit.id);
  return {
    node,
    input,
    show(view, settings) {
      setText(caption, label(view.t));
      const isZeroNever = input.type === "number" && input.min === "0";
      setText(unit, input.type === "number" ? view.t(isZeroNever ? "ui_set_unit" : "ui_set_seconds") : "");
      if (!input.dataset.touched) write(read(settings));
      setAttr(input, "aria-invalid", input.validity.valid ? null : "true");
    },
    put: (settings) => put(settings),
    isIn: (settings, wanted) => read(settings) === read(wanted),
  };
}

function makeNumber({ id, role, name, label, min, max }) {
  const input = h("input", { type: "number", id: `set-${id}`, min, max, step: 1, inputmode: "numeric", required: true });
  const caption = (t) => t(label, role ? { role: t(roleKey(role)).toLowerCase() } : {});
  return makeField(input, caption, {
    read: (settings) => (role ? (settings.limit_s?.[role] ?? 0) : settings[name]),
    write: (value) => {
      if (input.value !== String(value)) input.value = String(value);
    },
    put: (settings) => role
      ? { ...settings, limit_s: { ...settings.limit_s, [role]: Number(input.value) } }
      : { ...settings, [name]: Number(input.value) },
  });
}

function makeChoice({ name, label, options }) {
  const choices = Object.entries(options).map(([value, key]) => ({ key, node: h("option", { value }) }));
  const input = h("select", { id: `set-${name}` }, ...choices.map((choice) => choice.node));
  const caption = (t) => {
    for (const choice of choices) setText(choice.node, t(choice.key));
    return t(label);
  };
  return makeField(input, caption, {
    read: (settings) => settings[name],
    write: (value) => {
      if (input.value !== value) input.value = value;
    },
    put: (settings) => ({ ...settings, [name]: input.value }),
  });
}

function makeSwitch({ name, label }) {
  const input = h("input", { type: "checkbox", id: `set-${name}` });
  return makeField(input, (t) => t(label), {
    read: (settings) => Boolean(settings[name]),
    write: (value) => {
      input.checked = value;
    },
    put: (settings) => ({ ...settings, [name]: input.checked }),
  });
}
