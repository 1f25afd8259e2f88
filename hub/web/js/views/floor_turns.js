/** The lines of those who speak, with their times, and of those who wait. */

import { actionButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { isStopped, KIND_KEYS, turnTimes } from "../floor.js";
import { clock } from "../format.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { isConfirmed, roleKey, seatMeaning } from "../meaning.js";
import { roomName } from "../names.js";
import { sendMicrophone } from "./seat_body.js";

/** States whose word the heading above the line says already. */
const SAID_BY_HEADING = new Set(["speaking", "waiting", "present", "absent"]);
const PHASE_GLYPHS = { calm: "present", warning: "warning", over: "over" };

/** Patch the list of speakers. */
export function showSpeakers(list, view) {
  keyed(list, view.state.floor.speaking, (turn) => turn.seat, makeSpeaker, (node, turn) => node.show(view, turn));
}

/** Patch the list of those who wait; each knows its place. */
export function showQueue(list, queue, view) {
  const places = queue.map((waiting, i) => ({ ...waiting, place: i + 1 }));
  keyed(list, places, (waiting) => waiting.seat, makeWaiting, (node, waiting) => node.show(view, waiting));
}

/** What both kinds of lines have: glyph, name, place in words, time, room for keys, a note. */
function makeLine(...keys) {
  const icon = inlineGlyph("unconfirmed");
  const name = h("span", { class: "name" });
  const kindWord = h("span", { class: "kind" });
  const where = h("span", { class: "where" });
  const time = h("span", { class: "clock" });
  const note = commandNote();
  const buttons = h("span", { class: "turn-keys" }, ...keys.map((key) => key.node));
  const place = h("div", { class: "place" }, kindWord, where);
  const foot = h("div", { class: "turn-foot" }, place, buttons);
  const node = h("li", { class: "turn" }, icon, name, time, foot, note.node);
  const show = (view, turn) => {
    const { t, state } = view;
    const [roomId, number] = turn.seat.split("/");
    const room = state.rooms[roomId];
    const meaning = room && !turn.suspended
      ? seatMeaning(state, roomId, Number(number), view.live)
      : { state: "suspended", key: "ui_state_suspended", n: turn.place };
    setAttr(node, "data-seat", turn.seat);
    setAttr(node, "data-state", meaning.state);
    setGlyph(icon, meaning.state, turn.place ?? meaning.n);
    const who = turn.name || t("seat_number", { n: number });
    setText(name, who);
    const role = turn.role && turn.role !== "delegate" ? t(roleKey(turn.role)) : "";
    const at = turn.name ? t("seat_number", { n: number }) : "";
    const kind = KIND_KEYS[turn.kind];
    const isSaid = SAID_BY_HEADING.has(meaning.state) || (kind && meaning.state === turn.kind);
    const word = isSaid ? "" : t(meaning.key, { n: meaning.n });
    setText(kindWord, kind ? t(kind) : "");
    setText(where, joined(word, at, roomName(view, roomId), role));
    note.update(view, `seat:${turn.seat}`);
    const isKnown = room && isConfirmed(state, roomId, view.live);
    return { who, may: view.may(isKnown ? roomId : null) };
  };
  return { node, foot, time, buttons, show };
}

function makeSpeaker() {
  let now = null;
  const extend = actionButton(() => sendExtension(now.view, now.turn.seat));
  const end = actionButton(() => sendMicrophone(now.view, "close_microphone", now.turn.seat));
  const line = makeLine(extend, end);
  const icon = inlineGlyph("present");
  const word = h("span", { class: "word" });
  const limit = h("span", { class: "time-limit" });
  const filled = h("span", { class: "filled" });
  const bar = h("span", { class: "time-bar", "aria-hidden": "true" }, filled);
  const times = h("div", { class: "times" }, h("span", { class: "time-word" }, icon, word), limit, bar);
  line.foot.insertBefore(times, line.buttons);
  line.node.show = (view, turn) => {
    now = { view, turn };
    const { t } = view;
    const { settings } = view.state.floor;
    const { who, may } = line.show(view, turn);
    const shown = turnTimes(turn, settings, view.sinceMs(view.state.floor));
    setText(line.time, clock(shown.spentMs));
    setAttr(times, "hidden", shown.leftMs === null);
    setAttr(line.node, "data-phase", shown.phase);
    setAttr(line.node, "data-stopped", isStopped(turn));
    if (shown.leftMs !== null) {
      const key = { calm: "ui_time_left", warning: "ui_time_warning", over: "ui_time_over" }[shown.phase];
      setGlyph(icon, PHASE_GLYPHS[shown.phase]);
      setText(word, t(key, { time: clock(Math.abs(shown.leftMs)) }));
      setText(limit, t("ui_time_of", { time: clock(shown.limitMs) }));
      filled.style.width = `${Math.min(100, (100 * shown.spentMs) / Math.max(shown.limitMs, 1))}%`;
    }
    const isTimed = shown.leftMs !== null;
    const more = extensionLabel(view);
    extend.update({ label: more, name: `${more}, ${who}`, ...may, hidden: !isTimed });
    const label = t("ui_close_microphone");
    end.update({ label, name: `${label}, ${who}`, ...may });
  };
  return line.node;
}

function makeWaiting() {
  let now = null;
  const invite = actionButton(() => sendMicrophone(now.view, "open_microphone", now.turn.seat));
  const withdraw = actionButton(() => sendMicrophone(now.view, "close_microphone", now.turn.seat), { kind: "quiet" });
  const line = makeLine(invite, withdraw);
  line.node.show = (view, turn) => {
    now = { view, turn };
    const { who, may } = line.show(view, turn);
    setText(line.time, clock(view.hubNowMs() - turn.since_ms));
    const { t } = view;
    invite.update({ label: t("speak_invite"), name: `${t("speak_invite")}, ${who}`, ...may });
    withdraw.update({ label: "×", name: `${t("speak_withdraw")}, ${who}`, ...may });
    setAttr(withdraw.node, "title", t("speak_withdraw"));
  };
  return line.node;
}

/** What one extension gives, in words. */
function extensionLabel(view) {
  const seconds = view.state.floor.settings?.extension_s ?? 60;
  if (seconds === 60) return view.t("speak_extend_one_minute");
  return view.t("ui_extend", { time: clock(seconds * 1000) });
}

/** Give a speaker more time; proved when the time left has grown. */
function sendExtension(view, seat) {
  const leftOf = (state) => state.floor.speaking.find((turn) => turn.seat === seat)?.left_ms ?? -Infinity;
  const before = leftOf(view.state);
  view.commands.send("extend", { seat }, {
    thing: `seat:${seat}`,
    labelKey: "speak_extend_one_minute",
    proof: (state) => leftOf(state) > before,
  });
}
