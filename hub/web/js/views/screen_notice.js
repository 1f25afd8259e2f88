/** Recess, the welcome before anybody speaks, and a room in which the meeting does not sit. */

import { h, joined, setAttr, setText } from "../dom.js";
import { attendanceOf } from "../attendance.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";

const SCENES = new Set(["recess", "free", "welcome"]);

export class ScreenNotice extends HTMLElement {
  #icon = inlineGlyph("paused");
  #title = h("p", { class: "title" });
  #line = h("p", { class: "below" });

  connectedCallback() {
    this.append(this.#icon, this.#title, this.#line);
  }

  update(view) {
    const { name } = view.scene;
    const isShown = SCENES.has(name);
    setAttr(this, "hidden", !isShown);
    if (!isShown) return;
    const isRecess = name === "recess";
    const { t, state, lang } = view;
    const room = state.rooms[view.room];
    setAttr(this.#icon, "hidden", !isRecess);
    if (isRecess) setGlyph(this.#icon, "paused");
    const place = said(room?.title, lang) || view.room;
    const titles = { recess: t("meeting_state_recess"), free: place, welcome: state.meeting.title || place };
    const lines = { recess: t("ui_screen_recess"), free: t("ui_screen_free"), welcome: welcomeLine(view, room) };
    setText(this.#title, titles[name]);
    setText(this.#line, lines[name]);
  }
}

function welcomeLine({ t, state, room: id }, room) {
  if (!room) return t("ui_screen_no_room", { room: id });
  const { asked, present, members } = attendanceOf(state);
  const signing = asked ? t("ui_screen_sign_in") : "";
  return joined(signing, members > 0 ? t("ui_screen_present", { present, members }) : "");
}
