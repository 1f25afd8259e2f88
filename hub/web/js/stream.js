/**
 * The one stream of state: server-sent events over fetch, so that silence is noticed.
 * Owns parsing, the watchdog and reconnecting; must not know what the messages mean.
 */

import { toSignIn } from "./me.js";

/** The hub sends at least a comment every 15 s; one may be late. */
const SILENCE_MS = 32_000;
const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5_000;

/** Text in any pieces -> complete events {event, data, id}. Unknown fields are ignored. */
export class SseParser {
  #rest = "";
  #event = "message";
  #data = [];
  #id = null;

  /** Events completed by this piece. */
  feed(text) {
    const done = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") this.#finish(done);
      else this.#field(line);
    }
    return done;
  }

  #finish(done) {
    if (this.#data.length > 0) {
      done.push({ event: this.#event, data: this.#data.join("\n"), id: this.#id });
    }
    this.#event = "message";
    this.#data = [];
  }

  #field(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = value;
  }
}

/** Full jitter: anything up to a bound that doubles with each failed attempt. */
export function retryDelayMs(attempt, random = Math.random) {
  return random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
}

/**
 * Read the stream for as long as the page lives. `onMessage({event, data})` gets parsed JSON,
 * `onLost()` is called once when the stream ends, until the next snapshot.
 */
export async function follow(url, { onMessage, onLost }) {
  let attempt = 0;
  for (;;) {
    const heard = await readOnce(url, onMessage);
    onLost();
    attempt = heard ? 0 : attempt + 1;
    await new Promise((resolve) => setTimeout(resolve, retryDelayMs(attempt)));
  }
}

/** One connection until it ends for any reason; true when at least one event came. */
async function readOnce(url, onMessage) {
  const abort = new AbortController();
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
  let heard = false;
  try {
    const response = await fetch(url, {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      signal: abort.signal,
    });
    if (response.status === 401) toSignIn();
    if (!response.ok) return false;
    const parser = new SseParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return heard;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      for (const message of parser.feed(value)) {
        heard = true;
        onMessage({ event: message.event, data: JSON.parse(message.data) });
      }
    }
  } catch (problem) {
    // A cut connection is daily life; a message that cannot be read is our bug or the hub's.
    if (problem instanceof SyntaxError) console.error("unreadable message in the stream", problem);
    return heard;
  } finally {
    clearTimeout(watchdog);
    abort.abort();
  }
}
