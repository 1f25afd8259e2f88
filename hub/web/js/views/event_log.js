/**
 * What happened, newest first: filtered by room, kind and text (marks and case do not matter),
 * with older pages from the hub's record and the whole as a file.
 * Owns the older pages, which are fetched when somebody asks for them.
 */

import { actionButton } from "../controls.js";
import { h, keyed, setAttr, setText, showOptions } from "../dom.js";
import { dayAndTime, folded, timeOfDay } from "../format.js";
import { said } from "../i18n.js";
import { roomIds } from "../meaning.js";
import { roomName } from "../names.js";

const KINDS = ["alarms", "commands", "floor", "votes", "attendance", "rooms", "checks", "access", "meeting"];
/** So many at a time, and no more than so many in all: a page is no archive, the file is. */
const PAGE = 200;
const OLDER_MOST = 2_000;

export class EventLog extends HTMLElement {
  #heading = h("h2");
  #rooms = h("select", { id: "log-room" });
  #kinds = h("select", { id: "log-kind" });
  #search = h("input", { id: "log-text", type: "search", autocomplete: "off" });
  #list = h("ol", { class: "events", role: "list", tabindex: "0" });
  #none = h("p", { class: "empty" });
  #older = actionButton(() => this.#fetchOlder(), { kind: "small" });
  #csv = h("a", { class: "action small", download: "" });
  #json = h("a", { class: "action small", download: "" });
  #trouble = h("span", { class: "hint" });
  #fetched = { of: "", events: [], isAll: false, failed: false };
  #view = null;

  connectedCallback() {
    const again = () => this.#view && this.update(this.#view);
    this.#rooms.addEventListener("change", again);
    this.#kinds.addEventListener("change", again);
    this.#search.addEventListener("input", again);
    const filter = h("div", { class: "row filter" }, this.#rooms, this.#kinds, this.#search);
    const foot = h("div", { class: "row log-foot" }, this.#older.node, this.#csv, this.#json, this.#trouble);
    this.append(this.#heading, filter, this.#list, this.#none, foot);
  }

  focusSearch() {
    this.#search.focus();
  }

  update(view) {
    this.#view = view;
    const { t, state, lang } = view;
    setText(this.#heading, t("log_event"));
    for (const [node, key] of [[this.#rooms, "ui_filter_room"], [this.#kinds, "ui_log_kind"], [this.#search, "ui_filter_text"]]) {
      setAttr(node, "aria-label", t(key));
    }
    setAttr(this.#search, "placeholder", t("ui_filter_text"));
    setAttr(this.#list, "aria-label", t("log_event"));
    showOptions(this.#rooms, [["", t("ui_all_rooms")], ...roomIds(state).map((id) => [id, roomName(view, id)])]);
    showOptions(this.#kinds, [["", t("ui_log_all_kinds")], ...KINDS.map((id) => [id, t(`ui_kind_${id}`)])]);
    if (this.#fetched.of !== this.#query()) this.#fetched = { of: this.#query(), events: [], isAll: false, failed: false };
    const events = [...this.#fetched.events, ...(state.events ?? [])];
    const shown = matching(events, this.#rooms.value, this.#search.value, lang, this.#kinds.value).reverse();
    setAttr(this.#none, "hidden", shown.length > 0);
    setAttr(this.#list, "hidden", shown.length === 0);
    setText(this.#none, t(events.length > 0 ? "ui_log_no_match" : "ui_log_none"));
    keyed(this.#list, shown, (e) => e.n, makeEvent, (node, event) => node.show(view, event));
    this.#showFoot(view);
  }

  #showFoot({ t }) {
    const { isAll, failed, events } = this.#fetched;
    this.#older.update({ label: t("ui_log_older"), hidden: isAll || events.length >= OLDER_MOST });
    setText(this.#csv, t("ui_log_csv"));
    setText(this.#json, t("ui_log_json"));
    setAttr(this.#csv, "href", `/api/v1/events?format=csv${this.#query()}`);
    setAttr(this.#json, "href", `/api/v1/events?format=json${this.#query()}`);
    setText(this.#trouble, failed ? t("ui_log_lost") : "");
  }

  /** What of the filter the hub knows. */
  #query() {
    const room = this.#rooms.value ? `&room=${encodeURIComponent(this.#rooms.value)}` : "";
    return this.#kinds.value ? `${room}&kind=${this.#kinds.value}` : room;
  }

  async #fetchOlder() {
    const mine = this.#fetched;
    const oldest = mine.events[0]?.n ?? this.#view.state.events?.[0]?.n ?? 0;
    const answer = await fetch(`/api/v1/events?before=${oldest}&limit=${PAGE}${mine.of}`).catch(() => null);
    const body = answer?.ok ? await answer.json().catch(() => null) : null;
    mine.failed = body === null;
    if (body) {
      mine.events = [...body.events.reverse(), ...mine.events];
      mine.isAll = body.next === null;
    }
    this.#view.refresh();
  }
}

/** Events of a room and a kind ("" is any) whose sentence contains the text. Pure. */
function matching(events, room, text, lang, kind = "") {
  const wanted = folded(text.trim());
  const isHere = (event) => room === "" || event.room === room;
  const isSuch = (event) => kind === "" || event.kind === kind;
  const isAbout = (event) => wanted === "" || folded(said(event.text, lang)).includes(wanted);
  return events.filter((event) => isHere(event) && isSuch(event) && isAbout(event));
}

function makeEvent() {
  const time = h("time");
  const room = h("span", { class: "where" });
  const text = h("span", { class: "what" });
  const node = h("li", {}, time, text, room);
  node.show = (view, event) => {
    setText(time, timeOfDay(event.ts));
    setAttr(time, "datetime", new Date(event.ts * 1000).toISOString());
    setAttr(time, "title", dayAndTime(event.ts, view.lang));
    const sentence = said(event.text, view.lang) || event.what;
    const place = event.room ? roomName(view, event.room) : "";
    setText(text, sentence);
    setText(room, sentence.includes(place) ? "" : place);
  };
  return node;
}
