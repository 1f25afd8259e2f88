/**
 * The language of the page: Vietnamese unless the visitor chose English.
 * Owns the choice (`?lang=`, then localStorage) and looking words up; the words are in labels.js.
 */

import { LABELS } from "./labels.js";

const STORAGE_KEY = "phonghop.lang";
export const LANGUAGES = ["vi", "en"];

/** The language to start with. */
export function initialLanguage(search = location.search) {
  const asked = new URLSearchParams(search).get("lang");
  if (LANGUAGES.includes(asked)) {
    remember(asked);
    return asked;
  }
  const kept = remembered();
  return LANGUAGES.includes(kept) ? kept : "vi";
}

/** What the page's language keys do. */
export function onLanguage(choose) {
  for (const key of document.querySelectorAll("[data-lang]")) {
    key.addEventListener("click", () => {
      remember(key.dataset.lang);
      choose(key.dataset.lang);
    });
  }
}

/** For the next visit; a browser without storage simply forgets it. */
function remember(lang) {
  try {
    localStorage.setItem(STORAGE_KEY, lang);
  } catch {
    // Private windows may refuse storage: the page works the same.
  }
}

function remembered() {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

/** A function that finds the words of one language: `t(key, {n: 3})`; `t.lang` is which. */
export function translator(lang) {
  const column = LANGUAGES.indexOf(lang);
  const t = (key, values = {}) => {
    const label = LABELS[key];
    if (!label) throw new Error(`labels.js has no key ${key}`);
    return fill(label[column], values);
  };
  return Object.assign(t, { lang });
}

/** Put values into the `{places}` of a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** The sentence of a {vi, en} text that came with the state; a plain string is in no language. */
export function said(text, lang) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text[lang] || text.vi || text.en || "";
}

/** Set the texts of the static page (elements that carry `data-t` or `data-t-label`) and mark its language key. */
export function translateDocument(root, lang) {
  const t = translator(lang);
  document.documentElement.lang = lang;
  document.title = `${t(document.documentElement.dataset.title)} · ${t("paperless_meeting_room")}`;
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
  }
  for (const key of root.querySelectorAll("[data-lang]")) {
    key.setAttribute("aria-pressed", String(key.dataset.lang === lang));
  }
}
