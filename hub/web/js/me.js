/**
 * Who is signed in on this page, asked once; what a POST must carry; the way to the sign-in page.
 * Owns that answer; must not decide what a role may do: the hub does.
 */

const SESSION_HEADER = "X-Phonghop-Session";
const ANSWER_WAIT_MS = 6_000;

let asked = null;
let isLeaving = false;

/** {name, role, seat, commands, csrf, home}, or null while nobody is signed in or the hub is away. */
export function me() {
  asked ??= ask();
  return asked;
}

async function ask() {
  try {
    const response = await fetch("/api/v1/me", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WAIT_MS) });
    if (response.ok) return await response.json();
  } catch {
    // The hub is away: whoever asks next asks it again.
  }
  asked = null;
  return null;
}

/** Forget who it is: somebody else signed in, or nobody is any more. */
export function forgetMe() {
  asked = null;
}

/** Leave for the sign-in page, which comes back here. */
export function toSignIn() {
  if (isLeaving) return;
  isLeaving = true;
  location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/**
 * Fetch as whoever is signed in, whatever the method. A page that is older than the sign-in asks
 * once more who it is. Throws what fetch throws when the hub does not answer.
 */
export async function asMe(path, init) {
  const response = await askOnce(path, init);
  if (response.status === 403 && (await reasonCode(response)) === "page_outdated") {
    forgetMe();
    return askOnce(path, init);
  }
  return response;
}

async function askOnce(path, init) {
  const who = await me();
  return fetch(path, { ...init, headers: { ...init.headers, [SESSION_HEADER]: who?.csrf ?? "" } });
}

/** POST JSON as whoever is signed in. */
export function send(path, body, waitMs = ANSWER_WAIT_MS) {
  return asMe(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(waitMs),
  });
}

async function reasonCode(response) {
  const answer = await response.clone().json().catch(() => null);
  return answer?.reason?.code ?? null;
}

/** Sign out, for every copy of this session; then the sign-in page. */
export async function signOut() {
  await send("/api/v1/sign-out", {}).catch(() => null);
  forgetMe();
  location.assign("/signin");
}
