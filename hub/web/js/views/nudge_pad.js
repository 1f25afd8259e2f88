/**
 * Keys that turn a camera a little: buttons for fingers, arrow keys for the keyboard.
 * `act({pan_deg, tilt_deg, fov_deg})` gets one step; `confirm()` is Enter beside a button.
 */

import { actionButton, choiceKeys } from "../controls.js";
import { h, setAttr, setText } from "../dom.js";

const STEPS = { fine: 0.3, usual: 1, coarse: 5 };
/** A zoom step is wider than a turn: a picture is ten times as wide as a good aim. */
const ZOOM_FACTOR = 3;
/** A held key repeats faster than any camera follows. */
const AT_MOST_EVERY_MS = 120;

const MOVES = [
  ["up", "↑", "ui_nudge_up", { tilt_deg: 1 }],
  ["left", "←", "ui_nudge_left", { pan_deg: -1 }],
  ["right", "→", "ui_nudge_right", { pan_deg: 1 }],
  ["down", "↓", "ui_nudge_down", { tilt_deg: -1 }],
  ["closer", "+", "ui_nudge_closer", { fov_deg: -ZOOM_FACTOR }],
  ["wider", "−", "ui_nudge_wider", { fov_deg: ZOOM_FACTOR }],
];

const KEYS = {
  ArrowUp: "up",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowDown: "down",
  "+": "closer",
  "=": "closer",
  "-": "wider",
};

/** {node, update(view, may)}. */
export function nudgePad(act, confirm) {
  let step = "usual";
  let lastMs = -Infinity;
  let may = { enabled: false };
  const nudge = (name, isHeld = false) => {
    const nowMs = performance.now();
    if (!may.enabled || (isHeld && nowMs - lastMs < AT_MOST_EVERY_MS)) return;
    lastMs = nowMs;
    const unit = MOVES.find(([move]) => move === name)[3];
    act(Object.fromEntries(Object.entries(unit).map(([axis, sign]) => [axis, sign * STEPS[step]])));
  };
  const buttons = MOVES.map(([name, sign, labelKey]) => {
    const button = actionButton(() => nudge(name), { kind: `nudge ${name}` });
    return { sign, labelKey, button };
  });
  const steps = choiceKeys(
    Object.keys(STEPS).map((name) => [name, `ui_step_${name}`]),
    (name) => {
      step = name;
    },
    "steps",
  );
  const hint = h("p", { class: "hint", id: "nudge-hint" });
  const stepLabel = h("span", { class: "label" });
  const pad = h("div", { class: "pad", role: "group", tabindex: "0", "aria-describedby": "nudge-hint" },
    ...buttons.map(({ button }) => button.node));
  pad.addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (move) {
      event.preventDefault();
      nudge(move, event.repeat);
    } else if (event.key === "Enter" && event.target === pad) confirm();
  });
  const node = h("div", { class: "nudging" }, pad, h("div", { class: "row" }, stepLabel, steps.node), hint);
  return {
    node,
    focus: () => pad.focus({ preventScroll: true }),
    update({ t }, next) {
      may = next;
      setAttr(pad, "aria-label", t("ui_nudge"));
      for (const { sign, labelKey, button } of buttons) button.update({ label: sign, name: t(labelKey), ...may });
      steps.update({ label: t("ui_nudge_step"), pressed: step, may, t });
      setText(stepLabel, t("ui_nudge_step"));
      setText(hint, t("ui_nudge_hint"));
    },
  };
}
