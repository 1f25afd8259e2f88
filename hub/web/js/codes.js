/**
 * The page of seat codes: who has one, make them, print them, revoke them; and paired screens.
 * Owns the page; codes live in it alone, until it is closed: the hub keeps none.
 */

import { h, keyed, setAttr, setText } from "./dom.js";
import { initialLanguage, onLanguage, said, translateDocument, translator } from "./i18n.js";
import { me, send, toSignIn } from "./me.js";
import { Screens } from "./screens.js";
import { WhoAmI } from "./views/who_am_i.js";

customElements.define("who-am-i", WhoAmI);

/** The pictures of 2000 codes take the hub half a minute. */
const MAKE_WAIT_MS = 90_000;

const byId = (id) => document.getElementById(id);
const page = { lang: initialLanguage(), meeting: "", seats: {}, withCode: new Set(), made: new Map(), asking: null, problem: null };

const screens = new Screens(ask, () => draw());

function draw() {
  const t = translator(page.lang);
  screens.draw(t);
  translateDocument(document, page.lang);
  document.querySelector("who-am-i").update({ t });
  setText(byId("for-meeting"), t("ui_codes_for", { meeting: page.meeting }));
  setAttr(byId("for-meeting"), "hidden", page.meeting === "");
  const seats = Object.keys(page.seats);
  drawKey("make-all", t("ui_codes_make_all"), t("ui_codes_make_all_ask", { n: seats.length }));
  drawKey("revoke-all", t("ui_codes_revoke_all"), t("ui_codes_revoke_all_ask", { n: page.withCode.size }));
  setAttr(byId("keys"), "hidden", seats.length === 0);
  const text = page.problem ?? (seats.length === 0 ? t("ui_codes_no_seats") : "");
  setText(byId("problem"), typeof text === "string" ? text : said(text, page.lang));
  setAttr(byId("problem"), "hidden", text === "");
  keyed(byId("cards"), seats, (seat) => seat, card, (node, seat) => drawCard(node, seat, t));
}

/** A key that asks once: its second label is the effect. */
function drawKey(id, label, effect) {
  const isAsked = page.asking === id;
  setText(byId(id), isAsked ? effect : label);
  byId(id).classList.toggle("danger", isAsked);
}

function card(seat) {
  const key = (name, act) => h("button", { type: "button", class: `action small ${name}`, on: { click: act } });
  return h(
    "li",
    { class: "code-card", "data-seat": seat },
    h("span", { class: "title" }),
    h("span", { class: "name" }),
    h("img", { hidden: true }),
    h("span", { class: "code" }),
    h("span", { class: "state" }),
    h("div", { class: "row" }, key("make", () => make([seat])), key("revoke", () => revoke([seat]))),
  );
}

function drawCard(node, seat, t) {
  const made = page.made.get(seat);
  const part = (name) => node.querySelector(`.${name}`);
  setText(part("title"), seat);
  setText(part("name"), page.seats[seat]);
  setAttr(node, "data-fresh", made !== undefined);
  const picture = node.querySelector("img");
  setAttr(picture, "hidden", made === undefined);
  setAttr(picture, "src", made?.qr);
  setAttr(picture, "alt", t("ui_codes_qr", { seat }));
  setText(part("code"), made?.code ?? "");
  setText(part("state"), t(page.withCode.has(seat) ? "ui_codes_has" : "ui_codes_none"));
  setText(part("make"), t("ui_codes_make_one"));
  setText(part("revoke"), t("ui_codes_revoke_one"));
  setAttr(part("revoke"), "hidden", !page.withCode.has(seat));
}

async function ask(path, body, waitMs) {
  page.problem = null;
  try {
    const response = body === null ? await fetch(path, { cache: "no-store" }) : await send(path, body, waitMs);
    if (response.status === 401) toSignIn();
    const answer = await response.json();
    if (response.ok) return answer;
    page.problem = answer.reason;
  } catch {
    page.problem = translator(page.lang)("ui_hub_away");
  }
  return null;
}

async function make(seats) {
  const answer = await ask("/api/v1/seat-codes", { seats }, MAKE_WAIT_MS);
  for (const each of answer?.codes ?? []) {
    page.made.set(each.seat, each);
    page.withCode.add(each.seat);
  }
  draw();
}

async function revoke(seats) {
  take(await ask("/api/v1/seat-codes/revoke", { seats }));
}

function take(answer) {
  if (answer !== null) {
    page.meeting = answer.meeting;
    page.seats = answer.seats;
    page.withCode = new Set(answer.with_code);
    for (const seat of page.made.keys()) if (!page.withCode.has(seat)) page.made.delete(seat);
  }
  draw();
}

/** First press: the effect as the label. Second press: do it. */
function twice(id, needsAsking, act) {
  byId(id).addEventListener("click", async () => {
    const isSure = page.asking === id || !needsAsking();
    page.asking = isSure ? null : id;
    if (isSure) await act();
    draw();
  });
}

twice("make-all", () => page.withCode.size > 0, async () => {
  await make(Object.keys(page.seats));
  if (page.problem === null) window.print();
});
twice("revoke-all", () => true, () => revoke(null));
byId("print").addEventListener("click", () => window.print());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  page.asking = null;
  draw();
});
onLanguage((lang) => {
  page.lang = lang;
  draw();
});

draw();
if ((await me())?.role === "technician") await screens.open();
take(await ask("/api/v1/seat-codes", null));
