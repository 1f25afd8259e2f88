/**
 * A screen that nobody can type at: it shows a code until somebody has confirmed it elsewhere.
 * Owns the ticket, which is never shown.
 */

const LOOK_EVERY_MS = 2_000;
const ANSWER_WAIT_MS = 10_000;

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));

async function post(path, body) {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WAIT_MS),
    });
  } catch {
    return null;
  }
}

/** The room of `/display/ROOM`, or null for any other place. */
export function roomOf(place) {
  return /^\/display\/([a-z0-9-]{1,32})(?:[?#]|$)/.exec(place ?? "")?.[1] ?? null;
}

/** Ask for a code, show it with `shown(code)`, and return once the screen is let in. */
export async function pair(room, shown) {
  for (;;) {
    const begun = await post("/api/v1/pairing", { room });
    if (begun?.ok) {
      const { code, ticket } = await begun.json();
      shown(code);
      if (await isLetIn(ticket)) return;
    }
    await pause();
  }
}

/** Wait for the confirmation; false when the code holds no more. */
async function isLetIn(ticket) {
  for (;;) {
    const answer = await post("/api/v1/pairing/claim", { ticket });
    if (answer?.status === 200) return true;
    if (answer?.status === 401) return false;
    await pause();
  }
}
