/** Tells a screen reader what matters: a room's level, a new speaker, a refusal, the link. */

import { atHand, isRunning, keyOf, stageMeaning } from "../ballots.js";
import { outcome } from "../controls.js";
import { h, setText } from "../dom.js";
import { hushes } from "../floor.js";
import { said } from "../i18n.js";
import { roomIds, roomMeaning } from "../meaning.js";
import { nameAt, roomName } from "../names.js";
import { worstText } from "./room_lines.js";

export class LiveAnnouncer extends HTMLElement {
  #line = h("p");
  #before = null;

  connectedCallback() {
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
    this.append(this.#line);
  }

  update(view) {
    const now = gist(view);
    if (this.#before) {
      const news = whatIsNew(this.#before, now);
      if (news.length > 0) setText(this.#line, news.join(". "));
    }
    this.#before = now;
  }
}

/** What could be worth saying, as lines by key. */
function gist(view) {
  const { t, state } = view;
  const lines = { link: t(view.live ? "ui_connected" : "ui_disconnected") };
  for (const id of roomIds(state)) {
    const meaning = roomMeaning(state, id, view.live);
    // The age inside a line changes every second and is no news.
    const words = meaning.worst?.since_ms === undefined ? worstText(meaning, view) : t("ui_room_offline");
    const level = meaning.level === "ready" ? t("meeting_state_ready") : words || t("ui_state_unconfirmed");
    lines[`room:${id}`] = `${roomName(view, id)}: ${level}`;
  }
  for (const { what, key, seat } of hushes(state.floor)) {
    lines[`hush:${what}`] = t(key, { who: seat ? nameAt(view, seat) : "" });
  }
  const ballot = atHand(state);
  if (ballot) {
    lines[`ballot:${keyOf(ballot)}`] = `${t(stageMeaning(ballot.stage).key)}: ${said(ballot.text, view.lang)}`;
    if (ballot.quorum && isRunning(ballot)) {
      lines.quorum = t(ballot.quorum.met ? "quorum_reached" : "quorum_not_reached");
    }
  }
  for (const turn of state.floor.speaking) {
    const who = turn.name || t("seat_number", { n: turn.seat.split("/")[1] });
    lines[`turn:${turn.seat}`] = t("ui_now_speaking", { who });
  }
  for (const command of view.commands.refusals()) lines[`command:${command.serial}`] = outcome(command, view);
  return { lang: view.lang, lines };
}

/** Lines that are new or different. A change of language is no news. */
function whatIsNew(before, now) {
  if (before.lang !== now.lang) return [];
  return Object.entries(now.lines).flatMap(([key, line]) => (before.lines[key] === line ? [] : [line]));
}
