/**
 * Figures as people read them. Pure; times in milliseconds.
 */

/** `mm:ss`, and `h:mm:ss` from an hour on. A negative span (clocks apart) reads 00:00. */
export function clock(spanMs) {
  const all = Math.max(0, Math.floor(spanMs / 1000));
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor((all % 3600) / 60);
  const text = `${pad(minutes)}:${pad(all % 60)}`;
  return hours > 0 ? `${hours}:${text}` : text;
}

/** Age in words: "2 giây trước". Null is an age nobody knows. */
export function age(ageMs, t) {
  if (ageMs === null || ageMs === undefined) return t("ui_age_none");
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 1) return t("ui_age_now");
  if (seconds < 60) return t("ui_age_s", { n: seconds });
  if (seconds < 3600) return t("ui_age_min", { n: Math.floor(seconds / 60) });
  if (seconds < 86400) return t("ui_age_h", { n: Math.floor(seconds / 3600) });
  return t("ui_age_d", { n: Math.floor(seconds / 86400) });
}

/** Time of day `HH:MM:SS` of a Unix time in seconds. */
export function timeOfDay(tsS) {
  const when = new Date(tsS * 1000);
  return `${pad(when.getHours())}:${pad(when.getMinutes())}:${pad(when.getSeconds())}`;
}

const DAY_AND_TIME = { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" };

/** Day and time of a Unix time in seconds, as the language writes it. */
export function dayAndTime(tsS, lang) {
  const when = new Date(tsS * 1000);
  return when.toLocaleString(lang === "vi" ? "vi-VN" : "en-GB", DAY_AND_TIME);
}

/** An angle for people, one decimal, as the language writes it; unknown is a dash. */
export function degrees(value, lang) {
  if (value === null || value === undefined) return "–";
  const rounded = Math.round(value * 10) / 10 || 0;
  return rounded.toLocaleString(lang, { minimumFractionDigits: 1 });
}

/** Seat numbers in few characters: 1, 3–5, 9. */
export function numberRanges(numbers) {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs = [];
  for (const n of sorted) {
    const last = runs.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs
    .map(([from, to]) => (from === to ? `${from}` : `${from}${to - from > 1 ? "–" : ", "}${to}`))
    .join(", ");
}

/** Text folded for searching: no case, no Vietnamese marks. */
export function folded(text) {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/đ/g, "d");
}

function pad(n) {
  return String(n).padStart(2, "0");
}
