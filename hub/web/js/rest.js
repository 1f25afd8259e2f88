/**
 * What is too long for a command: forms, tables and files, sent to addresses of their own.
 * Owns these requests and their answers: {ok, data} or {ok: false, reason}; reason null: not sent.
 */

import { asMe, toSignIn } from "./me.js";

const ANSWER_WAIT_MS = 15_000;
/** A large paper over a slow line. */
const UPLOAD_WAIT_MS = 600_000;

export const getMeeting = (id) => request("GET", `/api/v1/meetings/${encodeURIComponent(id)}`);

/** Save over the revision that was seen; null: it is a new meeting. */
export function saveMeeting(id, form, rev) {
  const query = rev === null ? "" : `?rev=${rev}`;
  return request("PUT", `/api/v1/meetings/${encodeURIComponent(id)}${query}`, {
    body: JSON.stringify(form),
    type: "application/json",
  });
}

export const judgeRoster = (file) =>
  request("POST", "/api/v1/roster", { body: file, type: "application/octet-stream" });

export function sendPaper(meeting, item, title, readers, file) {
  const query = new URLSearchParams({ item, title, readers: readers.join(",") });
  return request("POST", `/api/v1/meetings/${encodeURIComponent(meeting)}/papers?${query}`, {
    body: file,
    type: "application/octet-stream",
    waitMs: UPLOAD_WAIT_MS,
  });
}

async function request(method, path, { body, type, waitMs = ANSWER_WAIT_MS } = {}) {
  let response;
  try {
    response = await asMe(path, {
      method,
      headers: type ? { "Content-Type": type } : {},
      body,
      cache: "no-store",
      signal: AbortSignal.timeout(waitMs),
    });
  } catch {
    return { ok: false, reason: null };
  }
  if (response.status === 401) toSignIn();
  const data = await response.json().catch(() => null);
  return response.ok ? { ok: true, data } : { ok: false, reason: data?.reason ?? null };
}
