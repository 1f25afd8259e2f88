/** Counts as bars with their numbers: the number first, the percentage beside it, never alone. */

import { h, keyed, setAttr, setText } from "../dom.js";
import { bars } from "../ballots.js";
import { said } from "../i18n.js";

/** {node, update(view, options, counts)}. */
export function ballotBars() {
  const node = h("dl", { class: "bars" });
  return {
    node,
    update(view, options, counts) {
      setAttr(node, "hidden", counts === null);
      if (counts === null) return;
      keyed(node, bars(options, counts), (bar) => bar.id, makeBar, (line, bar) => line.show(view, bar));
    },
  };
}

function makeBar() {
  const label = h("dt");
  const filled = h("span", { class: "filled" });
  const count = h("strong");
  const percent = h("span", { class: "percent" });
  const track = h("span", { class: "track", "aria-hidden": "true" }, filled);
  const node = h("div", { class: "bar" }, label, h("dd", {}, track, count, percent));
  node.show = (view, bar) => {
    setAttr(node, "data-option", bar.id);
    setText(label, said(bar.label, view.lang));
    setText(count, String(bar.count));
    setText(percent, bar.percent === null ? "" : percentText(bar.percent, view.lang));
    filled.style.width = `${100 * bar.share}%`;
  };
  return node;
}

/** `66,67 %` as the language writes it. */
function percentText(value, lang) {
  const number = value.toLocaleString(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return lang === "vi" ? `${number} %` : `${number}%`;
}
