/** What can be done with a ballot at its stage: the keys, their questions, and how it went. */

import { actionsOf, keyOf } from "../ballots.js";
import { actionButton, askingButton, commandNote, reasonButton } from "../controls.js";
import { h, keyed } from "../dom.js";
import { roomNames } from "../names.js";

/** Reasons after which the hub takes the same order with `anyway`. */
const MAY_GO_ON = new Set(["quorum_missing", "role_missing", "vote_empty"]);

/** Command of each key, its label, and the stage that proves it (null: acceptance does). */
const KEYS = {
  ready: { name: "ready_ballot", label: "ui_ready", proof: ["ready_check", "open"] },
  open: { name: "open_ballot", label: "vote_start", proof: ["open"] },
  pause: { name: "pause_ballot", label: "vote_pause", proof: ["paused"] },
  resume: { name: "resume_ballot", label: "ui_resume_vote", proof: ["open"] },
  close: { name: "close_ballot", label: "vote_end", proof: ["closing", "counted", "announced"] },
  count: { name: "count_ballot", label: "ui_count_without", proof: ["counted", "announced"] },
  announce: { name: "announce_ballot", label: "ui_announce", proof: ["announced"] },
  call_next: { name: "call_next", label: "ui_call_next", proof: null },
  again: { name: "again_ballot", label: "vote_revote", proof: null },
  annul: { name: "annul_ballot", label: "ui_annul", question: "ui_why_annul", proof: ["annulled"] },
  abort: { name: "abort_ballot", label: "ui_abort", question: "ui_why_abort", proof: ["aborted"] },
  withdraw: {
    name: "withdraw_ballot",
    label: "ui_withdraw_ballot",
    question: "ui_why_withdraw",
    proof: ["withdrawn"],
  },
};

/** {node, update(view, ballot)}. */
export function ballotKeys() {
  const row = h("div", { class: "ballot-keys" });
  const note = commandNote();
  return {
    node: h("div", { class: "ballot-actions" }, row, note.node),
    update(view, ballot) {
      const keys = actionsOf(ballot).map((action, i) => ({ action, id: `${action}:${i === 0}`, isFirst: i === 0 }));
      keyed(row, keys, (key) => key.id, makeKey, (node, key) => node.show(view, ballot));
      note.update(view, thingOf(ballot));
    },
  };
}

function thingOf(ballot) {
  return `ballot:${keyOf(ballot)}`;
}

function makeKey({ action, isFirst }) {
  const rule = KEYS[action];
  let now = null;
  // To wait for the rooms is what comes next: counting without them is never the likeliest key.
  const kind = isFirst && action !== "count" ? "primary" : "";
  const key = rule.question
    ? reasonButton((why) => sendKey(now, action, { why }))
    : (ASKS[action] ? askingButton : actionButton)(() => sendKey(now, action, now.extra), { kind });
  key.node.show = (view, ballot) => {
    const { t } = view;
    const asked = ASKS[action]?.(view, ballot) ?? {};
    now = { view, ballot, extra: asked.anyway ? { anyway: true } : {} };
    const question = rule.question ? t(rule.question) : asked.question;
    const words = { label: t(rule.label), question, cancel: t("ui_cancel"), whyLabel: t("ui_why_label") };
    key.update({ ...words, ...view.may(null) });
  };
  return key.node;
}

/** Keys that ask once: with the effect as the label, null where there is nothing to ask. */
const ASKS = {
  open(view, ballot) {
    const { quorum } = ballot;
    if (!quorum.met) return { anyway: true, question: view.t("ui_start_anyway", quorum) };
    const isMissed = quorum.missing_roles?.length > 0 || refusedFor(view, ballot);
    return isMissed ? { anyway: true, question: view.t("ui_start_anyway_role") } : {};
  },
  close: (view, { voted, present }) => ({ question: view.t("ui_end_ask", { voted, present }) }),
  count: (view, ballot) => ({ question: view.t("ui_count_without_ask", { rooms: roomNames(view, ballot.rooms_not_heard) }) }),
  announce(view, ballot) {
    const isEmpty = (ballot.voted === 0 && ballot.present > 0) || refusedFor(view, ballot);
    return isEmpty ? { anyway: true, question: view.t("ui_announce_ask") } : {};
  },
};

function refusedFor(view, ballot) {
  return MAY_GO_ON.has(view.commands.about(thingOf(ballot))?.reason?.code);
}

function sendKey({ view, ballot }, action, extra) {
  const { name, label, proof } = KEYS[action];
  const { ballot: id, generation } = ballot;
  const stageOf = (state) => state.ballots.find((b) => keyOf(b) === keyOf(ballot))?.stage;
  view.commands.send(name, { ballot: id, generation, ...extra }, {
    thing: thingOf(ballot),
    labelKey: label,
    proof: proof && ((state) => proof.includes(stageOf(state))),
  });
}
