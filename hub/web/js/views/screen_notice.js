/** Recess, and the welcome before anybody speaks. */

import { h, joined, setAttr, setText } from "../dom.js";
import { attendanceOf } from "../attendance.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";

export class ScreenNotice extends HTMLElement {
  #icon = inlineGlyph("paused");
  #title = h("p", { class: "title" });
  #line = h("p", { class: "below" });

  connectedCallback() {
    this.append(this.#icon, this.#title, this.#line);
  }

  update(view) {
    const { name } = view.scene;
    const isRecess = name === "recess";
    setAttr(this, "hidden", !isRecess && name !== "welcome");
    if (!isRecess && name !== "welcome") return;
    const { t, state, lang } = view;
    const room = state.rooms[view.room];
    setAttr(this.#icon, "hidden", !isRecess);
    if (isRecess) setGlyph(this.#icon, "paused");
    const welcome = state.meeting.title || said(room?.title, lang) || view.room;
    setText(this.#title, isRecess ? t("meeting_state_recess") : welcome);
    setText(this.#line, isRecess ? t("ui_screen_recess") : welcomeLine(view, room));
  }
}

function welcomeLine({ t, state, room: id }, room) {
  if (!room) return t("ui_screen_no_room", { room: id });
  const { asked, present, members } = attendanceOf(state);
  const signing = asked ? t("ui_screen_sign_in") : "";
  return joined(signing, members > 0 ? t("ui_screen_present", { present, members }) : "");
}
