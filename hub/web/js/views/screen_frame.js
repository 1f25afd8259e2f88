/** Top and bottom of a room's screen: where we are, what is dealt with, who else takes part. */

import { h, keyed, setAttr, setText } from "../dom.js";
import { timeOfDay } from "../format.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { currentItem, otherRooms } from "../screen.js";

export class ScreenHead extends HTMLElement {
  #room = h("h1");
  #meeting = h("span", { class: "meeting" });
  #item = h("p", { class: "item" });
  #time = h("time");

  connectedCallback() {
    this.append(h("div", { class: "place" }, this.#room, this.#meeting), this.#time, this.#item);
  }

  update(view) {
    const { t, state, lang } = view;
    const room = state.rooms[view.room];
    const item = currentItem(state);
    setText(this.#room, said(room?.title, lang) || view.room);
    const isFree = view.scene.name === "free";
    setText(this.#meeting, isFree ? "" : (state.meeting.title ?? ""));
    setText(this.#time, timeOfDay(Date.now() / 1000).slice(0, 5));
    setAttr(this.#item, "hidden", item === null || isFree);
    if (item) setText(this.#item, t("ui_screen_item", { n: item.number, title: said(item.title, lang) }));
  }
}

export class ScreenFoot extends HTMLElement {
  #list = h("ul", { role: "list" });

  connectedCallback() {
    this.append(this.#list);
  }

  update(view) {
    const rooms = otherRooms(view.state, view.room, view.live);
    setAttr(this, "hidden", rooms.length === 0 || view.scene.name === "free");
    keyed(this.#list, rooms, (room) => room.id, makeRoom, (node, room) => node.show(view, room));
  }
}

const ONLINE_WORDS = {
  true: ["ok", "ui_connected"],
  false: ["fault", "ui_disconnected"],
  null: ["unconfirmed", "ui_state_unconfirmed"],
};

function makeRoom() {
  const state = stateWord();
  const title = h("span", { class: "title" });
  const node = h("li", {}, title, state.node);
  node.show = (view, room) => {
    const [glyph, key] = ONLINE_WORDS[String(room.online)];
    setText(title, said(room.title, view.lang) || room.id);
    state.set(glyph, view.t(key));
    setAttr(node, "data-room", room.id);
  };
  return node;
}
