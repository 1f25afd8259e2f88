/**
 * What a ballot means: its stage, what may be done with it, how its bars stand.
 * Pure functions over the snapshot's `ballots`; must not know words (they name label keys).
 */

/** The seats' keys belong to it. */
const BUSY = new Set(["ready_check", "open", "paused", "closing"]);
/** While the seats' vote lamps mean something. */
const LAMPS_SPEAK = new Set(["open", "paused", "closing"]);
const HAS_RESULT = new Set(["counted", "announced", "annulled"]);

const STAGE_GLYPHS = {
  draft: "draft",
  ready_check: "ready",
  open: "voting",
  paused: "paused",
  closing: "receiving",
  counted: "counted",
  announced: "ok",
  aborted: "stopped",
  annulled: "stopped",
  withdrawn: "stopped",
  damaged: "fault",
};

export const KIND_KEYS = { open: "vote_open_ballot", secret: "vote_secret_ballot", roll_call: "vote_roll_call" };

const OUTCOME_KEYS = {
  passed: "vote_passed",
  tied_chair_passed: "vote_passed",
  failed: "vote_not_passed",
  tied_chair_failed: "vote_not_passed",
  not_quorate: "vote_not_quorate",
};

/** What may be done at each stage, in the order of the keys; the first is what comes next. */
const ACTIONS = {
  draft: ["ready", "withdraw"],
  ready_check: ["open", "withdraw"],
  open: ["close", "pause", "abort"],
  paused: ["resume", "close", "abort"],
  closing: ["count", "abort"],
  counted: ["announce", "annul"],
  announced: ["annul"],
  aborted: ["again"],
  annulled: ["again"],
  withdrawn: [],
};

/** One key for a ballot and its generation. */
export function keyOf(ballot) {
  return `${ballot.ballot}:${ballot.generation}`;
}

/** All ballots, oldest first; an older hub has none. */
export function ballotsOf(state) {
  return state.ballots ?? [];
}

/** The ballot of a key, or null. */
export function ballotOf(state, key) {
  return ballotsOf(state).find((ballot) => keyOf(ballot) === key) ?? null;
}

/** The ballot that somebody must do something about: a busy one, else the newest to announce. */
export function atHand(state) {
  const ballots = ballotsOf(state);
  return ballots.find((b) => BUSY.has(b.stage)) ?? ballots.findLast((b) => b.stage === "counted") ?? null;
}

/** Is anybody voting, or is a vote still on its way? */
export function isVoting(state) {
  return ballotsOf(state).some((ballot) => LAMPS_SPEAK.has(ballot.stage));
}

export function isRunning(ballot) {
  return ballot.stage === "open" || ballot.stage === "paused";
}

export function hasResult(ballot) {
  return HAS_RESULT.has(ballot.stage);
}

/** Shape and label key of a stage. */
export function stageMeaning(stage) {
  return { glyph: STAGE_GLYPHS[stage] ?? "unconfirmed", key: `ui_stage_${stage}` };
}

/** Commands that fit the stage, the likeliest first. */
export function actionsOf(ballot) {
  const actions = ACTIONS[ballot.stage] ?? [];
  const isCalled = ballot.kind === "roll_call" && ballot.stage === "open";
  return isCalled ? ["call_next", ...actions] : actions;
}

/** Label key of an outcome; null without one. */
export function outcomeKey(outcome) {
  return OUTCOME_KEYS[outcome] ?? null;
}

/** Did it pass? True, false, or null where there is no outcome. */
export function hasPassed(outcome) {
  return outcome ? OUTCOME_KEYS[outcome] === "vote_passed" : null;
}

/**
 * Bars of the options: [{id, label, count, share, percent}]. `share` of all choices (0 to 1) is
 * the length, `percent` its text with two decimals, both null where nothing has been chosen.
 */
export function bars(options, counts) {
  const total = options.reduce((sum, option) => sum + (counts[option.id] ?? 0), 0);
  return options.map((option) => {
    const count = counts[option.id] ?? 0;
    const hundredths = Math.round((count * 10_000) / Math.max(total, 1));
    return {
      id: option.id,
      label: option,
      count,
      share: total > 0 ? count / total : 0,
      percent: total > 0 ? hundredths / 100 : null,
    };
  });
}

/** Time left of a timed vote; it runs only while the vote is open. Null without a timer. */
export function remainingMs(ballot, sinceMs) {
  if (!Number.isFinite(ballot.remaining_ms)) return null;
  return Math.max(0, ballot.remaining_ms - (ballot.stage === "open" ? sinceMs : 0));
}

/** What the vote lamps of a seat say: {state, key}, or null when no vote concerns it. */
export function voteMeaning(actual) {
  return VOTE_LAMPS[actual?.votes] ?? null;
}

/** The vote lamps as one: they never say which choice. */
const VOTE_LAMPS = {
  slow: { state: "vote_waiting", key: "vote_not_yet" },
  fast: { state: "vote_recorded", key: "vote_recorded" },
  on: { state: "vote_counted", key: "vote_counted" },
};
