/**
 * What is being typed: one draft for each meeting that was opened, over the revision it began from.
 * Owns the drafts, and when they are read anew: never while something in them is not saved.
 */

import { meetingOf } from "./meetings.js";
import { getMeeting, saveMeeting } from "./rest.js";

/** A meeting is fetched no sooner again: the hub may refuse it, or its stream be behind it. */
const AGAIN_MS = 1000;

export class Drafts {
  #byId = new Map();
  #changed;

  /** `changed` is called whenever a draft is another one. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The draft {id, form, rev, papers, version, busy, problem}, or null while it is fetched. */
  of(id) {
    return this.#byId.get(id)?.form ? this.#byId.get(id) : null;
  }

  isTouched(id) {
    const draft = this.of(id);
    return draft !== null && JSON.stringify(draft.form) !== draft.saved;
  }

  /** Somebody else has saved since this draft was begun. */
  isOutdated(state, id) {
    const draft = this.of(id);
    const meeting = meetingOf(state, id);
    return draft !== null && meeting !== null && !draft.busy && meeting.rev > draft.rev;
  }

  anyTouched() {
    return [...this.#byId.keys()].some((id) => this.isTouched(id));
  }

  /** Change the form: `change(form)` works on it in place. */
  edit(id, change) {
    const draft = this.of(id);
    change(draft.form);
    draft.problem = null;
    draft.version += 1;
    this.#changed();
  }

  /** Fetch what is not there yet, or is older than what the hub tells of. */
  follow(state, id) {
    const meeting = meetingOf(state, id);
    if (meeting === null) {
      this.#byId.delete(id);
      return;
    }
    const draft = this.#byId.get(id);
    if (draft?.busy || performance.now() < draft?.againAtMs) return;
    if (!draft || !draft.form) this.#fetch(id);
    else if (draft.stamp !== meeting.papers_stamp) this.#fetch(id);
    else if (meeting.rev > draft.rev && !this.isTouched(id)) this.#fetch(id);
  }

  /** Forget what was typed. */
  async discard(id) {
    const draft = this.of(id);
    draft.form = JSON.parse(draft.saved);
    draft.problem = null;
    draft.version += 1;
    await this.#fetch(id);
  }

  /** Save; what is typed meanwhile stays a change. */
  async save(id) {
    const draft = this.of(id);
    const sent = JSON.stringify(draft.form);
    draft.busy = true;
    draft.problem = null;
    this.#changed();
    const answer = await saveMeeting(id, draft.form, draft.rev);
    draft.busy = false;
    if (answer.ok) Object.assign(draft, { rev: answer.data.rev, saved: sent, savedAtMs: performance.now() });
    else draft.problem = answer.reason ?? "not_sent";
    this.#changed();
  }

  async #fetch(id) {
    const draft = this.#byId.get(id) ?? { id, form: null, version: 0, problem: null };
    this.#byId.set(id, draft);
    draft.busy = true;
    const answer = await getMeeting(id);
    Object.assign(draft, { busy: false, againAtMs: performance.now() + AGAIN_MS });
    if (answer.ok) this.#take(draft, answer.data);
    this.#changed();
  }

  /** What was typed stays; its papers are news all the same. */
  #take(draft, { form, rev, papers, papers_stamp: stamp }) {
    const isTouched = draft.form !== null && JSON.stringify(draft.form) !== draft.saved;
    Object.assign(draft, { papers, stamp, version: draft.version + 1 });
    if (!isTouched) Object.assign(draft, { form, rev, saved: JSON.stringify(form) });
  }
}
