/** Every seat with number, name and state in words: the map for ears, for print and for fingers. */

import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { stateWord } from "../glyphs.js";
import { roleKey, roomIds, seatMeaning, seatsOf, seatVote } from "../meaning.js";
import { roomName } from "../names.js";

export class SeatLists extends HTMLElement {
  #heading = h("h2");
  #rooms = h("div", { class: "seat-rooms" });

  connectedCallback() {
    this.append(this.#heading, this.#rooms);
  }

  update(view) {
    setText(this.#heading, view.t("ui_seat_list"));
    const ids = roomIds(view.state).filter((id) => seatsOf(view.state.rooms[id]).length > 0);
    setAttr(this, "hidden", ids.length === 0);
    keyed(this.#rooms, ids, (id) => id, makeRoom, (node, id) => node.show(view, id));
  }
}

function makeRoom() {
  const title = h("h3");
  const list = h("ul", { class: "seats", role: "list" });
  const node = h("div", {}, title, list);
  node.show = (view, id) => {
    const room = view.state.rooms[id];
    setText(title, roomName(view, id));
    const make = (seat) => makeSeat(id, seat);
    keyed(list, seatsOf(room), (seat) => seat.number, make, (line, seat) => line.show(view, room, seat));
  };
  return node;
}

function makeSeat(roomId, { number }) {
  const state = stateWord();
  const name = h("span", { class: "name" });
  const role = h("span", { class: "role" });
  let select = null;
  const button = h(
    "button",
    { type: "button", class: "seat-row", "data-seat": `${roomId}/${number}`, on: { click: () => select() } },
    h("span", { class: "seat-number", text: String(number) }),
    h("span", { class: "who" }, name, role),
    state.node,
  );
  const node = h("li", {}, button);
  node.show = (view, room, seat) => {
    const selected = { room: roomId, kind: "seat", id: String(number) };
    select = () => view.select(selected, { focusPanel: true });
    const meaning = seatMeaning(view.state, roomId, number, view.live);
    setText(name, room.names?.[number] ?? "");
    const vote = seatVote(view.state, roomId, number, view.live);
    const about = seat.role === "delegate" ? "" : view.t(roleKey(seat.role));
    setText(role, joined(about, vote ? view.t(vote.key) : ""));
    state.set(meaning.state, view.t(meaning.key, { n: meaning.n }), meaning.n);
    const now = view.selection;
    const isSelected = now?.room === roomId && now.kind === "seat" && now.id === String(number);
    setAttr(button, "aria-pressed", String(isSelected));
  };
  return node;
}
