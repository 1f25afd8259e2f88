/**
 * The rooms from above, with who is in the list: a seat leads to its line of the table.
 * A picture beside the table and never instead of it: keys and screen readers have the table.
 */

import { h, keyed, s, setAttr, setText } from "../dom.js";
import { isChair, roomIds } from "../meaning.js";
import { roomName } from "../names.js";
import { layoutRoom } from "./map_layout.js";

const WIDTH_PX = 380;
const HEIGHT_PX = 460;
/** Where seats are as far apart as a finger is wide; closer ones are smaller. */
const SEAT_PX = 14;

export class RosterMap {
  #rooms = h("div", { class: "roster-rooms" });
  #hint = h("p", { class: "hint" });
  #pick;
  #drawn = "";
  node = h("div", { class: "roster-map", "aria-hidden": "true" }, this.#rooms, this.#hint);

  /** `pick(seat)` goes to the line of a seat, or makes one. */
  constructor(pick) {
    this.#pick = pick;
  }

  update(view, draft, isOver) {
    const { t, lang, state } = view;
    const chosen = roomIds(state).filter((id) => draft.form.rooms.length === 0 || draft.form.rooms.includes(id));
    const plans = chosen.map((id) => ({ id, title: roomName(view, id), seats: state.rooms[id].plan.seats }));
    const stamp = JSON.stringify([draft.id, draft.version, lang, isOver, plans]);
    if (stamp === this.#drawn) return;
    this.#drawn = stamp;
    const rooms = plans.flatMap(({ id, title, seats }) => {
      const layout = layoutRoom({ seats, devices: [] }, WIDTH_PX, HEIGHT_PX);
      return layout === null ? [] : [{ id, title, layout }];
    });
    setAttr(this.node, "hidden", rooms.length === 0);
    setText(this.#hint, t("ui_roster_map"));
    setAttr(this.#hint, "hidden", isOver);
    const people = new Map(draft.form.seats.map((entry) => [entry.seat, entry]));
    keyed(this.#rooms, rooms, (room) => room.id, makeRoom, (node, room) => node.show(room, people, isOver ? null : this.#pick));
  }
}

function makeRoom() {
  const title = h("h4");
  const picture = s("svg");
  const node = h("div", {}, title, picture);
  node.show = ({ id, layout, title: words }, people, pick) => {
    setText(title, words);
    setAttr(picture, "viewBox", `0 0 ${layout.width} ${layout.height}`);
    setAttr(picture, "width", layout.width);
    picture.replaceChildren(
      ...layout.tables.map(([a, b]) => s("line", {
        class: "table", x1: a.x, y1: a.y, x2: b.x, y2: b.y, "stroke-width": layout.tableWidth,
      })),
      ...layout.seats.map((seat) => drawSeat(`${id}/${seat.number}`, { ...seat, size: SEAT_PX * layout.glyph }, people, pick)),
    );
  };
  return node;
}

function drawSeat(name, seat, people, pick) {
  const entry = people.get(name);
  const role = entry?.role ?? seat.role;
  const kind = entry ? (isChair(role) ? "chair" : "taken") : "free";
  return s("g", {
    class: `roster-seat ${kind}`,
    transform: `translate(${seat.x} ${seat.y})`,
    on: pick ? { click: () => pick(name) } : {},
  }, s("circle", { r: seat.size }), s("text", { y: 5, text: seat.number }), s("title", { text: entry?.name || name }));
}
