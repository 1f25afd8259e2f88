/**
 * Fields over a draft: each shows what the draft says and writes what is typed into it.
 * A field that has the focus is left alone, so nothing is lost under somebody's fingers.
 */

import { h, keyed, setAttr, setText, showOptions } from "../dom.js";

let serial = 0;

/** A captioned field: {node, input, show(t, value, {disabled, name})}. `write(value)` on each input. */
export function textField(labelKey, write, { type = "text", wide = false, ...attrs } = {}) {
  const input = h(type === "area" ? "textarea" : "input", {
    ...(type === "area" ? {} : { type }), autocomplete: "off", ...attrs,
  });
  input.addEventListener("input", () => write(input.value));
  return captioned(labelKey, input, { wide, put: (value) => putValue(input, value ?? "") });
}

/** A choice: `options` is [[value, text]] each time it is shown. */
export function choiceField(labelKey, write, { wide = false } = {}) {
  const input = h("select");
  input.addEventListener("change", () => write(input.value));
  const field = captioned(labelKey, input, { wide, put: (value) => putValue(input, value) });
  const { show } = field;
  field.show = (t, value, { options, ...more } = {}) => {
    showOptions(input, options);
    show(t, value, more);
  };
  return field;
}

/** A box to tick. */
export function switchField(labelKey, write) {
  const input = h("input", { type: "checkbox" });
  input.addEventListener("change", () => write(input.checked));
  return captioned(labelKey, input, { kind: "switch", put: (value) => {
    input.checked = Boolean(value);
  } });
}

/** Several boxes with one caption: `options` [[value, text]], the value is the ticked ones. */
export function ticksField(labelKey, write) {
  const caption = h("legend", { class: "caption" });
  const list = h("div", { class: "ticks" });
  const node = h("fieldset", { class: "field wide" }, caption, list);
  let ticked = [];
  const make = ([value]) => {
    const input = h("input", { type: "checkbox", on: { change: () => {
      const order = options.map(([each]) => each);
      const set = new Set(ticked);
      if (input.checked) set.add(value);
      else set.delete(value);
      write(order.filter((each) => set.has(each)));
    } } });
    return h("label", { class: "tick" }, input, h("span"));
  };
  let options = [];
  return {
    node,
    show(t, value, { options: given, disabled = false }) {
      setAttr(node, "hidden", given.length === 0);
      ticked = value;
      options = given;
      setText(caption, t(labelKey));
      keyed(list, given, ([id]) => id, make, (label, [id, text]) => {
        label.firstChild.checked = value.includes(id);
        setAttr(label.firstChild, "disabled", disabled);
        setText(label.lastChild, text);
      });
    },
  };
}

function captioned(labelKey, input, { put, wide = false, kind = "" }) {
  serial += 1;
  setAttr(input, "id", `field-${serial}`);
  const caption = h("label", { class: "caption", for: input.id });
  const node = h("div", { class: `field ${kind} ${wide ? "wide" : ""}`.trim() }, caption, input);
  return {
    node,
    input,
    show(t, value, { disabled = false, name = null } = {}) {
      setText(caption, t(labelKey));
      setAttr(input, "disabled", disabled);
      setAttr(input, "aria-label", name);
      if (document.activeElement !== input) put(value);
    },
  };
}

/** Set a field's value where it differs. */
export function putValue(input, value) {
  if (input.value !== String(value)) input.value = String(value);
}
