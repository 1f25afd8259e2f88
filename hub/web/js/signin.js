/**
 * The sign-in page: who one is here, the ways in, and why one of them did not work.
 * Owns the page; must not keep what was typed: a code in the address is taken out of it at once.
 */

import { h, setAttr, setText } from "./dom.js";
import { initialLanguage, onLanguage, said, translateDocument, translator } from "./i18n.js";
import { forgetMe, me, signOut } from "./me.js";
import { pair, roomOf } from "./pairing.js";

const byId = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const page = { lang: language(), ways: null, who: null, problem: null, waitUntilMs: 0 };

/** That of the page somebody wanted to go to, if it says one. */
function language() {
  const [, wanted] = (asked.get("next") ?? "").split("?");
  return initialLanguage(asked.has("lang") ? location.search : `?${wanted ?? ""}`);
}

/** Where to go afterwards: a place on this hub, never another site. */
function next() {
  const wanted = asked.get("next") ?? "";
  const isOurs = /^\/(?![/\\])/.test(wanted) && !wanted.startsWith("/signin");
  return isOurs && asked.get("why") === null ? wanted : null;
}

function draw() {
  const t = translator(page.lang);
  translateDocument(document, page.lang);
  drawHere(t);
  drawWays();
  drawProblem(t);
}

function drawHere(t) {
  setAttr(byId("here"), "hidden", page.who === null);
  if (page.who === null) return;
  const { name, role, seat, home } = page.who;
  const named = t(`ui_access_${role}`);
  const who = [name === role ? named : `${name} (${named})`, seat].filter(Boolean).join(" · ");
  const tail = home === "/signin" ? `. ${t("ui_no_home")}` : "";
  setText(byId("here-who"), t("ui_signed_in_as", { who }) + tail);
  setAttr(byId("here-home"), "hidden", home === "/signin");
  setAttr(byId("here-home"), "href", home);
}

function drawWays() {
  const { ways } = page;
  setAttr(byId("simulation"), "hidden", !ways?.simulation);
  setAttr(byId("set-up"), "hidden", !ways?.set_up);
  setAttr(byId("ways"), "hidden", !ways || ways.set_up || ways.simulation);
  const select = byId("simulation-seat");
  if (select.options.length > 0) return;
  for (const [seat, name] of Object.entries(ways?.seats ?? {})) {
    select.append(h("option", { value: seat, text: name ? `${seat} · ${name}` : seat }));
  }
  setAttr(byId("by-role"), "hidden", select.options.length === 0);
}

function drawProblem(t) {
  const leftS = Math.ceil((page.waitUntilMs - performance.now()) / 1000);
  const parts = [page.problem && (typeof page.problem === "string" ? t(page.problem) : said(page.problem, page.lang))];
  if (leftS > 0) parts.push(t("ui_wait", { n: leftS }));
  const text = parts.filter(Boolean).join(". ");
  setText(byId("problem"), text);
  setAttr(byId("problem"), "hidden", text === "");
}

/** Count the seconds down, then leave the reason alone. */
function countDown() {
  drawProblem(translator(page.lang));
  if (page.waitUntilMs > performance.now()) setTimeout(countDown, 500);
}

async function enter(path, body, form) {
  setAttr(form, "aria-busy", "true");
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    const answer = await response.json();
    if (response.ok) {
      forgetMe();
      page.who = answer;
      leave();
      return;
    }
    page.problem = answer.reason;
    page.waitUntilMs = performance.now() + 1000 * (answer.wait_s ?? 0);
  } catch {
    page.problem = "ui_hub_away";
    page.waitUntilMs = 0;
  }
  setAttr(form, "aria-busy", null);
  draw();
  countDown();
  byId("problem").focus();
}

/** To where somebody wanted to go, else to the page of their role. */
function leave() {
  const place = next() ?? page.who.home;
  if (place === "/signin") draw();
  else location.replace(place);
}

/** The code of a printed link stands behind `#`, where no server sees it; take it out of the address. */
function codeInAddress() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

function onSubmit(id, path, bodyOf) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    enter(path, bodyOf(Object.fromEntries(new FormData(event.target))), event.target);
  });
}

onSubmit("by-name", "/api/v1/sign-in", ({ name, password }) => ({ name, password }));
onSubmit("by-code", "/api/v1/sign-in/seat", ({ code }) => ({ code }));
onSubmit("set-up", "/api/v1/sign-in/set-up", ({ code, name, password }) => ({ code, name, password }));
onSubmit("by-role", "/api/v1/sign-in/simulation", () => ({ role: "delegate", seat: byId("simulation-seat").value }));
byId("here-out").addEventListener("click", signOut);
for (const key of document.querySelectorAll("[data-role]")) {
  key.addEventListener("click", () => enter("/api/v1/sign-in/simulation", { role: key.dataset.role, room: roomOf(next()) }, byId("simulation")));
}
onLanguage((lang) => {
  page.lang = lang;
  draw();
});

async function waysIn() {
  try {
    return await (await fetch("/api/v1/sign-in", { cache: "no-store" })).json();
  } catch {
    return null;
  }
}

/** A room's screen shows a code; a person gets the first field. */
async function letIn() {
  const room = roomOf(next());
  if (room === null || page.ways === null || page.ways.simulation || page.ways.set_up) {
    firstField().focus();
    return;
  }
  setAttr(byId("pairing"), "hidden", false);
  await pair(room, (code) => setText(byId("pairing-code"), code));
  location.replace(next());
}

function firstField() {
  if (page.ways?.simulation) return document.querySelector("[data-role]");
  return byId(page.ways?.set_up ? "set-up-code" : "seat-code");
}

async function start() {
  draw();
  const code = codeInAddress();
  [page.ways, page.who] = await Promise.all([waysIn(), me()]);
  if (asked.get("why") !== null) page.problem = "ui_why_not_your_role";
  else if (page.ways === null) page.problem = "ui_hub_away";
  draw();
  if (code !== null) {
    byId("seat-code").value = code;
    if (page.who === null) byId("by-code").requestSubmit();
    return;
  }
  if (page.who !== null && asked.get("why") === null && asked.get("next") !== null) leave();
  else if (page.who === null) await letIn();
}

start();
