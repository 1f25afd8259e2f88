/**
 * Votes pressed on this page, until each has its answer: kept on the device, sent again under the
 * same press until the hub answers, and counted once there however often it comes.
 *
 * *Recorded* says that the press is kept here and waits; *counted* that the hub has committed it;
 * *refused* that the hub said no, and why. Owns the presses and their way; must not know the page.
 */

const KEY = "phonghop-votes";
const KEPT = 24;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 8_000;

/** Answers that say nothing about the vote: it is sent again. */
const NO_ANSWER = new Set(["storage_full", "sign_in_needed", "page_outdated", "too_many_commands"]);

export class VoteBox {
  #storage;
  #send;
  #changed;
  #now;
  #entries;
  #isSending = false;
  #retry = null;
  #failures = 0;

  /**
   * `send(name, args)` posts a command: {stage, reason}. `changed()` is called after every change.
   * `storage` is like localStorage; where it refuses, presses live as long as the page.
   */
  constructor({ storage, send, changed, now = () => Date.now() }) {
    this.#storage = storage;
    this.#send = send;
    this.#changed = changed;
    this.#now = now;
    this.#entries = this.#read();
  }

  /** A press. `before` is what the hub last told of this seat's vote. */
  cast(seat, { ballot, generation }, choices, before = null) {
    const press = newPress();
    const entry = { press, seat, ballot, generation, choices, before, atMs: this.#now(), status: "recorded", reason: null };
    this.#entries = [...this.#entries.filter((e) => e.status === "recorded" || !isOf(e, seat, entry)), entry].slice(-KEPT);
    this.#keep();
    this.#changed();
    this.flush();
  }

  /** The newest press of this seat in this ballot, or null. */
  of(seat, ballot) {
    return this.#entries.findLast((entry) => isOf(entry, seat, ballot)) ?? null;
  }

  /** Send what waits, oldest first, one after the other. */
  async flush() {
    if (this.#isSending) return;
    clearTimeout(this.#retry);
    this.#isSending = true;
    try {
      for (let next = this.#waiting(); next; next = this.#waiting()) {
        if (!(await this.#deliver(next))) {
          this.#later();
          return;
        }
        this.#failures = 0;
      }
    } finally {
      this.#isSending = false;
    }
  }

  #waiting() {
    return this.#entries.find((entry) => entry.status === "recorded") ?? null;
  }

  /** True when the hub has answered. */
  async #deliver(entry) {
    const { seat, ballot, generation, choices, press } = entry;
    const age_ms = Math.min(86_400_000, Math.max(0, this.#now() - entry.atMs));
    const answer = await this.#send("cast_vote", { seat, ballot, generation, choices, press, age_ms });
    const isRefused = answer.stage === "refused" && answer.reason && !NO_ANSWER.has(answer.reason.code);
    if (answer.stage !== "accepted" && !isRefused) return false;
    Object.assign(entry, isRefused ? { status: "refused", reason: answer.reason } : { status: "counted" });
    this.#keep();
    this.#changed();
    return true;
  }

  #later() {
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.flush(), waitMs);
  }

  #read() {
    try {
      const kept = JSON.parse(this.#storage.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((entry) => typeof entry?.press === "string") : [];
    } catch {
      return [];
    }
  }

  #keep() {
    try {
      this.#storage.setItem(KEY, JSON.stringify(this.#entries));
    } catch {
      // Private windows may refuse storage: the vote then waits only as long as the page is open.
    }
  }
}

function isOf(entry, seat, { ballot, generation }) {
  return entry.seat === seat && entry.ballot === ballot && entry.generation === generation;
}

/** 128 bits; `crypto.randomUUID` is missing where the page came without TLS. */
function newPress() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
