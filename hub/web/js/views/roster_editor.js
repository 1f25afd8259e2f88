/**
 * Who sits where: a table to type in, and the way in and out for sheets.
 * The table is drawn only when its draft has changed: a long list must not cost every second.
 */

import { actionButton } from "../controls.js";
import { h, keyed, setAttr, setText, showOptions } from "../dom.js";
import { roleKey, roomIds } from "../meaning.js";
import { nextSeat } from "../meetings.js";
import { putValue } from "./fields.js";
import { RosterImport } from "./roster_import.js";
import { RosterMap } from "./roster_map.js";

const ROLES = ["chair", "vice_chair", "delegate", "guest", "observer"];
const COLUMNS = [
  { name: "seat", label: "ui_seat_place", attrs: { maxlength: 36, required: true } },
  { name: "name", label: "ui_seat_name", attrs: { maxlength: 120 } },
  { name: "role", label: "ui_seat_role" },
  { name: "person", label: "ui_seat_person", attrs: { maxlength: 64 } },
  { name: "weight", label: "ui_seat_weight", attrs: { type: "number", min: 1, max: 1000000 } },
  { name: "proxy", label: "ui_seat_proxy", attrs: { maxlength: 64 } },
];
/** What an emptied field means to the hub. */
const EMPTY = { seat: "", name: "", role: null, person: null, weight: 1, proxy: null };

export class RosterEditor {
  #heading = h("h3", { class: "part-title" });
  #count = h("span", { class: "subtitle" });
  #heads = COLUMNS.map(() => h("th", { scope: "col" }));
  #body = h("tbody");
  #table = h("table", { class: "roster" }, h("thead", {}, h("tr", {}, ...this.#heads, h("td"))), this.#body);
  #none = h("p", { class: "empty" });
  #add = actionButton(() => this.#addSeat());
  #import;
  #map = new RosterMap((seat) => this.#goTo(seat));
  #edit;
  #drawn = "";
  #view = null;
  #draft = null;
  node;

  constructor(edit) {
    this.#edit = edit;
    this.#import = new RosterImport((seats) => edit((form) => {
      form.seats = seats;
    }));
    this.node = h("section", { class: "part roster-part" }, h("div", { class: "part-head" }, this.#heading, this.#count),
      this.#import.node, this.#map.node, this.#none, this.#table, h("div", { class: "row" }, this.#add.node));
  }

  update(view, draft, { isOver, meeting }) {
    this.#view = view;
    this.#draft = draft;
    const { t, lang } = view;
    const { seats } = draft.form;
    setText(this.#heading, t("ui_roster"));
    setText(this.#count, t("ui_roster_count", { n: seats.length }));
    this.#import.update(view, draft, { isOver, meeting });
    this.#map.update(view, draft, isOver);
    const stamp = `${draft.id}:${draft.version}:${lang}:${isOver}`;
    if (stamp === this.#drawn) return;
    this.#drawn = stamp;
    setText(this.#none, t("ui_roster_none"));
    setAttr(this.#none, "hidden", seats.length > 0);
    setAttr(this.#table, "hidden", seats.length === 0);
    this.#add.update({ label: t("ui_roster_add"), hidden: isOver });
    COLUMNS.forEach(({ label }, i) => setText(this.#heads[i], t(label)));
    const placed = seats.map((entry, place) => ({ entry, place, isOver }));
    keyed(this.#body, placed, ({ place }) => place, () => this.#makeRow(), (node, each) => node.show(t, each));
  }

  #addSeat(seat = nextSeat(this.#draft.form.seats, roomIds(this.#view.state))) {
    this.#edit((form) => form.seats.push({ ...EMPTY, seat }));
    this.update(this.#view, this.#draft, { isOver: false, meeting: null });
    this.#goTo(seat);
  }

  /** To the name at a seat; a seat that is not in the list gets a line. */
  #goTo(seat) {
    const place = this.#draft.form.seats.findIndex((entry) => entry.seat === seat);
    if (place < 0) this.#addSeat(seat);
    else this.#body.children[place].querySelectorAll("input")[1].focus();
  }

  #makeRow() {
    let place = 0;
    const inputs = COLUMNS.map(({ name, attrs }) => {
      const input = name === "role" ? h("select") : h("input", { type: "text", autocomplete: "off", ...attrs });
      input.addEventListener(name === "role" ? "change" : "input", () => {
        const value = input.value.trim() === "" ? EMPTY[name] : name === "weight" ? Number(input.value) : input.value.trim();
        this.#edit((form) => {
          form.seats[place][name] = value;
        });
      });
      return input;
    });
    const remove = actionButton(() => this.#edit((form) => form.seats.splice(place, 1)), { kind: "quiet square" });
    const node = h("tr", {}, ...inputs.map((input) => h("td", {}, input)), h("td", {}, remove.node));
    node.show = (t, { entry, place: now, isOver }) => {
      place = now;
      COLUMNS.forEach(({ name, label }, i) => {
        const input = inputs[i];
        if (name === "role") showOptions(input, [["", t("ui_seat_role_room")], ...ROLES.map((role) => [role, t(roleKey(role))])]);
        setAttr(input, "aria-label", `${t(label)}, ${entry.seat}`);
        setAttr(input.parentElement, "data-label", t(label));
        setAttr(input, "disabled", isOver);
        if (document.activeElement !== input) putValue(input, name === "weight" && entry.weight === 1 ? "" : entry[name] ?? "");
      });
      remove.update({ label: "×", name: `${t("ui_remove")}, ${entry.name || entry.seat}`, hidden: isOver });
    };
    return node;
  }
}
