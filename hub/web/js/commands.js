/**
 * What this page asked the hub to do, and how each ended: sent -> accepted -> done, or refused.
 * Owns that record and the POST; must not change the state of the hub's things by itself.
 */

import { send, toSignIn } from "./me.js";

/** After this long without a result, unless the hub says that it waits too, the page says that it saw none. */
const PROOF_WAIT_MS = 12_000;
/** A result that went well is shown this long. */
const SHOW_DONE_MS = 6_000;
/** A refusal stays long enough to be read by somebody who looked elsewhere. */
const SHOW_PROBLEM_MS = 30_000;
const ANSWER_WAIT_MS = 6_000;

const FINAL = new Set(["done", "refused", "failed", "expired", "not_proved", "not_sent"]);

/** The commands of this page, by the thing they are about. */
export class Commands {
  #byThing = new Map();
  #changed;
  #serial = 0;

  /** `changed` is called after every change; `now` is a monotonic clock in milliseconds. */
  constructor(changed, now = () => performance.now()) {
    this.#changed = changed;
    this.now = now;
  }

  /** The last command about a thing, or null. */
  about(thing) {
    return this.#byThing.get(thing) ?? null;
  }

  /** True while a command about the thing has no outcome. */
  isPending(thing) {
    const command = this.about(thing);
    return command !== null && !FINAL.has(command.stage);
  }

  /**
   * Send a command. `labelKey` names it on the page; `proof(state)` is true once the state shows
   * that it happened (without it the hub's acceptance is the end).
   */
  async send(name, args, { thing, labelKey, proof = null, isDeviceCommand = false }) {
    this.#serial += 1;
    const start = { serial: this.#serial, id: null, stage: "sent", reason: null, atMs: this.now() };
    const command = { name, labelKey, proof, isDeviceCommand, ...start };
    this.#byThing.set(thing, command);
    this.#changed();
    const answer = await post(name, args);
    Object.assign(command, answer, { atMs: this.now() });
    if (command.stage === "accepted" && !proof && !isDeviceCommand) command.stage = "done";
    this.#changed();
  }

  /** Commands that ended otherwise than asked and are still on the page. */
  refusals() {
    return [...this.#byThing.values()].filter((command) => FINAL.has(command.stage) && command.stage !== "done");
  }

  /** Compare what is pending with the state; forget what was shown long enough. */
  follow(state) {
    const nowMs = this.now();
    for (const [thing, command] of this.#byThing) {
      if (command.stage === "accepted") settle(command, state, nowMs);
      const shownMs = command.stage === "done" ? SHOW_DONE_MS : SHOW_PROBLEM_MS;
      if (FINAL.has(command.stage) && nowMs - command.atMs > shownMs) this.#byThing.delete(thing);
    }
  }
}

function settle(command, state, nowMs) {
  const told = state.commands?.[command.id];
  if (told && told.status !== "sent" && told.status !== "accepted") {
    command.stage = told.status === "rejected" ? "refused" : told.status;
    command.reason = told.reason;
    command.atMs = nowMs;
  } else if (!command.isDeviceCommand && command.proof?.(state)) {
    command.stage = "done";
    command.atMs = nowMs;
  } else if (told?.status !== "sent" && nowMs - command.atMs > PROOF_WAIT_MS) {
    command.stage = "not_proved";
    command.atMs = nowMs;
  }
}

/** POST one command: {stage, id, reason}. */
export async function post(name, args) {
  let response;
  try {
    response = await send(`/api/v1/commands/${encodeURIComponent(name)}`, args, ANSWER_WAIT_MS);
  } catch {
    return { stage: "not_sent", id: null, reason: null };
  }
  if (response.status === 401) toSignIn();
  const answer = await response.json().catch(() => null);
  if (response.status === 202 && answer?.id) return { stage: "accepted", id: answer.id, reason: null };
  return { stage: "refused", id: answer?.id ?? null, reason: answer?.reason ?? null };
}
