/**
 * What all pages have in common: stream, store, commands, language, keys, and when to draw.
 * A page is a function of the store and the time; nothing here knows what a page shows.
 */

import { Commands } from "./commands.js";
import { age } from "./format.js";
import { initialLanguage, onLanguage, translateDocument, translator } from "./i18n.js";
import { isConfirmed } from "./meaning.js";
import { EMPTY, Store } from "./store.js";
import { follow } from "./stream.js";
import { WhoAmI } from "./views/who_am_i.js";

/** Clocks and ages are redrawn this often, in step with the seconds they show. */
const TICK_MS = 500;

const KEYS_ARE_TEXT = "input, select, textarea, dialog";

/**
 * Open the page.
 *
 * `elements`: name of each custom element -> its class; each has `update(view)`.
 * `own`: what this page alone remembers (a selection, say); it stands in the view.
 * `actions`: functions that the views may call; they stand in the view.
 * `keys`: what single keys do, outside fields; `otherKey(event)` gets the rest, `escape()` first.
 * `shown(state, view)`: called before the elements are updated.
 * `audience`: "public" for pages that are told what everybody may know.
 * `linked()`: called whenever the whole state has arrived anew.
 */
export function openPage({
  elements, own = {}, actions = {}, keys = {}, otherKey = null, escape = null, shown = null, audience = null, linked = null,
}) {
  const store = new Store();
  const commands = new Commands(() => draw());
  const page = { lang: initialLanguage(), live: false, lostSinceMs: null, ...own };
  let isDrawing = false;

  const all = { "who-am-i": WhoAmI, ...elements };
  for (const [name, element] of Object.entries(all)) customElements.define(name, element);
  const views = Object.keys(all).flatMap((name) => [...document.querySelectorAll(name)]);

  function currentView() {
    const t = translator(page.lang);
    return {
      ...page,
      ...actions,
      t,
      state: store.state,
      commands,
      refresh,
      sinceMs: (value) => store.sinceMs(value),
      hubNowMs: () => store.hubNowMs(),
      ageText: (reading, other) => provedAge(reading, store.ageMs(reading, other), t),
      may: (roomId) => permission(store.state, roomId, page.live, t),
    };
  }

  function draw() {
    const root = document.documentElement;
    root.dataset.phase = store.state === EMPTY ? "connecting" : "shown";
    root.dataset.live = String(page.live);
    if (store.state === EMPTY) return;
    commands.follow(store.state);
    const view = currentView();
    shown?.(store.state, view);
    for (const element of views) element.update(view);
  }

  /** Draw once before the next frame, however much changes until then. */
  function refresh() {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  }

  function setLanguage(lang) {
    page.lang = lang;
    translateDocument(document, lang);
    draw();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && escape?.()) return;
    if (event.target.closest(KEYS_ARE_TEXT) || store.state === EMPTY) return;
    const act = keys[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    } else otherKey?.(event);
  }

  document.addEventListener("keydown", onKey);
  onLanguage(setLanguage);
  store.subscribe(refresh);
  setInterval(draw, TICK_MS);

  /** Begin to draw and to listen; the page has wired its own things by then. */
  function start() {
    setLanguage(page.lang);
    follow(audience === null ? "/api/v1/stream" : `/api/v1/stream?audience=${audience}`, {
      onMessage(message) {
        if (message.event === "snapshot") Object.assign(page, { live: true, lostSinceMs: null });
        store.take(message);
        if (message.event === "snapshot") linked?.();
      },
      onLost() {
        if (page.live) Object.assign(page, { live: false, lostSinceMs: Date.now() });
        refresh();
      },
    });
  }

  return { page, draw, refresh, start };
}

/** Age of a proof in words. One that is good but came without its age has none to show. */
function provedAge(reading, ageMs, t) {
  return ageMs === null && reading?.health === "ok" ? "–" : age(ageMs, t);
}

/** May a command be given now? About one room, or with null about the whole meeting. */
function permission(state, roomId, live, t) {
  const enabled = roomId === null ? live : isConfirmed(state, roomId, live);
  return { enabled, why: enabled ? null : t("ui_not_sent") };
}
