/** What happened, newest first, with a filter by room and by text (marks and case do not matter). */

import { h, keyed, setAttr, setText } from "../dom.js";
import { folded, timeOfDay } from "../format.js";
import { said } from "../i18n.js";
import { roomIds } from "../meaning.js";

export class EventLog extends HTMLElement {
  #heading = h("h2");
  #rooms = h("select", { id: "log-room" });
  #search = h("input", { id: "log-text", type: "search", autocomplete: "off" });
  #list = h("ol", { class: "events", role: "list", tabindex: "0" });
  #none = h("p", { class: "empty" });
  #view = null;

  connectedCallback() {
    const again = () => this.#view && this.update(this.#view);
    this.#rooms.addEventListener("change", again);
    this.#search.addEventListener("input", again);
    this.append(this.#heading, h("div", { class: "row filter" }, this.#rooms, this.#search), this.#list, this.#none);
  }

  focusSearch() {
    this.#search.focus();
  }

  update(view) {
    this.#view = view;
    const { t, state, lang } = view;
    const events = state.events ?? [];
    setText(this.#heading, t("log_event"));
    setAttr(this.#rooms, "aria-label", t("ui_filter_room"));
    setAttr(this.#search, "aria-label", t("ui_filter_text"));
    setAttr(this.#search, "placeholder", t("ui_filter_text"));
    setAttr(this.#list, "aria-label", t("log_event"));
    const choices = [{ id: "", label: t("ui_all_rooms") },
      ...roomIds(state).map((id) => ({ id, label: said(state.rooms[id].title, lang) || id }))];
    keyed(this.#rooms, choices, (c) => c.id, (c) => h("option", { value: c.id }), (node, c) => setText(node, c.label));
    const shown = matching(events, this.#rooms.value, this.#search.value, lang).reverse();
    setAttr(this.#none, "hidden", shown.length > 0);
    setAttr(this.#list, "hidden", shown.length === 0);
    setText(this.#none, t(events.length > 0 ? "ui_log_no_match" : "ui_log_none"));
    keyed(this.#list, shown, (e) => e.n, makeEvent, (node, event) => node.show(view, event));
  }
}

/** Events of a room ("" is any) whose sentence contains the text. Pure. */
export function matching(events, room, text, lang) {
  const wanted = folded(text.trim());
  const isHere = (event) => room === "" || event.room === room;
  const isAbout = (event) => wanted === "" || folded(said(event.text, lang)).includes(wanted);
  return events.filter((event) => isHere(event) && isAbout(event));
}

function makeEvent() {
  const time = h("time");
  const room = h("span", { class: "where" });
  const text = h("span", { class: "what" });
  const node = h("li", {}, time, text, room);
  node.show = (view, event) => {
    setText(time, timeOfDay(event.ts));
    setAttr(time, "datetime", new Date(event.ts * 1000).toISOString());
    const sentence = said(event.text, view.lang) || event.what;
    const place = said(view.state.rooms[event.room]?.title, view.lang) || event.room || "";
    setText(text, sentence);
    setText(room, sentence.includes(place) ? "" : place);
  };
  return node;
}
