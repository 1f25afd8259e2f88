/** Parts of the chair's page, one key each, where there is no room for all of them side by side. */

import { attendanceOf } from "../attendance.js";
import { atHand, isRunning } from "../ballots.js";
import { actionButton } from "../controls.js";
import { h, setAttr } from "../dom.js";
import { hasQueue } from "../floor.js";

/** Part, and its label while nothing is to be counted there. */
const PARTS = { floor: "ui_tab_floor", vote: "ui_tab_vote", people: "ui_tab_people", agenda: "ui_tab_agenda" };

/** There the floor always stands, and one of the others beside it. */
const SIDE_BY_SIDE = "(min-width: 900px)";

export class ChairTabs extends HTMLElement {
  #keys = Object.keys(PARTS).map((part) => ({ part, button: actionButton(() => this.#view.showPart(part), { kind: "choice" }) }));
  #view = null;

  connectedCallback() {
    const row = h("div", { class: "choices tabs" }, ...this.#keys.map((key) => key.button.node));
    for (const { part, button } of this.#keys) setAttr(button.node, "data-part", part);
    this.append(row);
    setAttr(this, "role", "navigation");
  }

  update(view) {
    this.#view = view;
    setAttr(this, "aria-label", view.t("ui_chair_parts"));
    const shown = view.part === "floor" && matchMedia(SIDE_BY_SIDE).matches ? "vote" : view.part;
    for (const { part, button } of this.#keys) {
      button.update({ label: labelOf(view, part), pressed: shown === part });
    }
  }
}

/** A prepared meeting that nobody has opened: the chair is to see where that is done. */
function isToBegin({ prepared, session }) {
  return Boolean(prepared) && session !== "running" && session !== "ended";
}

function labelOf({ t, state }, part) {
  const ballot = atHand(state);
  if (part === "vote" && ballot && isRunning(ballot)) {
    return t("ui_tab_voting", { voted: ballot.voted, present: ballot.present });
  }
  if (part === "agenda" && isToBegin(state.meeting)) return t("ui_tab_begin");
  const waiting = part === "floor" && hasQueue(state) ? state.floor.queue.length : 0;
  if (waiting > 0) return `${t(PARTS[part])} (${waiting})`;
  const { present, members } = attendanceOf(state);
  return part === "people" && members > 0 ? `${t(PARTS[part])} ${present}/${members}` : t(PARTS[part]);
}
