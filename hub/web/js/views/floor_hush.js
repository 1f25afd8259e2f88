/** What holds every delegate back: one line for each reason, with the key that ends it. */

import { actionButton, commandNote } from "../controls.js";
import { h, keyed, setAttr, setText } from "../dom.js";
import { hushes } from "../floor.js";
import { inlineGlyph } from "../glyphs.js";
import { nameAt } from "../names.js";

const ENDS = { muted: "ui_unmute", recess: "meeting_resume", hold: "ui_release" };

/** {node, update(view)}: hidden while nothing holds anybody back. */
export function hushLines() {
  const list = h("ul", { class: "hushes", role: "list" });
  return {
    node: list,
    update(view) {
      const found = hushes(view.state.floor);
      setAttr(list, "hidden", found.length === 0);
      keyed(list, found, (hush) => hush.what, makeHush, (node, hush) => node.show(view, hush));
    },
  };
}

function makeHush({ what }) {
  let now = null;
  const text = h("span", { class: "what" });
  const end = actionButton(() => endHush(now.view, now.hush));
  const note = commandNote();
  const node = h("li", { class: "hush", "data-hush": what }, inlineGlyph("muted"), text, end.node, note.node);
  node.show = (view, hush) => {
    now = { view, hush };
    setText(text, view.t(hush.key, { who: hush.seat ? nameAt(view, hush.seat) : "" }));
    end.update({ label: view.t(ENDS[what]), ...view.may(null) });
    note.update(view, `end:${what}`);
  };
  return node;
}

function endHush(view, { what, seat }) {
  const [name, args] = {
    muted: ["set_muted", { on: false }],
    recess: ["set_recess", { on: false }],
    hold: ["release_priority", { seat }],
  }[what];
  view.commands.send(name, args, {
    thing: `end:${what}`,
    labelKey: ENDS[what],
    proof: (state) => !hushes(state.floor).some((hush) => hush.what === what),
  });
}
