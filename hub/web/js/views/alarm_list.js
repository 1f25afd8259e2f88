/** What is wrong now, in every room, with the evidence. */

import { actionButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { age } from "../format.js";
import { stateWord } from "../glyphs.js";
import { said } from "../i18n.js";
import { roomIds } from "../meaning.js";

export class AlarmList extends HTMLElement {
  #heading = h("h2");
  #count = h("span", { class: "count" });
  #title = h("div", { class: "section-head" }, this.#heading, this.#count);
  #list = h("ul", { class: "alarms", role: "list" });
  #none = h("p", { class: "empty" });

  connectedCallback() {
    this.append(this.#title, this.#list, this.#none);
  }

  update(view) {
    const alarms = activeAlarms(view.state);
    setText(this.#heading, view.t("alarm"));
    setText(this.#count, alarms.length > 0 ? String(alarms.length) : "");
    setText(this.#none, view.t("ui_no_alarms"));
    setAttr(this.#none, "hidden", alarms.length > 0);
    keyed(this.#list, alarms, (alarm) => alarm.key, () => makeAlarm(), (node, alarm) => node.show(view, alarm));
  }
}

/** Alarms of the hub and of all rooms: not yet seen first, faults first, then the newest. A lost room is one. */
function activeAlarms(state) {
  const own = Object.entries(state.hub.alerts ?? {}).map(([id, body]) => ({ ...body, id, key: `:${id}`, room: null }));
  const rooms = roomIds(state).flatMap((id) => {
    const room = state.rooms[id];
    const lost = { key: `${id}:link`, room, severity: "fault", lost: true, since_ms: room.since_ms };
    const told = Object.entries(room.alerts ?? {}).map(([alert, body]) => {
      return { ...body, id: alert, key: `${id}:alert:${alert}`, room };
    });
    return room.online ? told : [lost, ...told];
  });
  const rank = (alarm) => (alarm.seen ? 0 : 2) + (alarm.severity === "fault" ? 1 : 0);
  return [...own, ...rooms].sort((a, b) => rank(b) - rank(a) || b.since_ms - a.since_ms);
}

function makeAlarm() {
  const state = stateWord();
  const text = h("strong");
  const where = h("span", { class: "where" });
  const evidence = h("p", { class: "evidence" });
  const seen = h("span", { class: "seen" });
  let now = null;
  const see = actionButton(() => acknowledge(...now), { kind: "small" });
  const note = commandNote();
  const foot = h("div", { class: "alarm-foot" }, seen, see.node);
  const node = h("li", { class: "alarm" }, h("div", { class: "alarm-head" }, state.node, where), text, evidence, foot, note.node);
  node.show = (view, alarm) => {
    const { t } = view;
    now = [view, alarm];
    state.set(alarm.severity, t(alarm.severity === "fault" ? "ui_state_fault" : "alarm_warning"));
    setAttr(node, "data-severity", alarm.severity);
    setText(text, alarm.lost ? t("ui_room_offline") : said(alarm.text, view.lang));
    const since = Number.isFinite(alarm.since_ms) ? age(view.hubNowMs() - alarm.since_ms, t) : "";
    const seat = alarm.seat ? t("seat_number", { n: alarm.seat.split("/")[1] }) : "";
    const place = alarm.room ? said(alarm.room.title, view.lang) : t("hub");
    setText(where, joined(place, seat, since));
    setText(evidence, alarm.evidence ? `${t("ui_evidence")}: ${alarm.evidence}` : "");
    setAttr(evidence, "hidden", !alarm.evidence);
    // A lost link cannot be acknowledged away: it is seen by everybody until it is back.
    setAttr(foot, "hidden", Boolean(alarm.lost));
    setAttr(node, "data-seen", Boolean(alarm.seen));
    setAttr(seen, "hidden", !alarm.seen);
    const sawAge = alarm.seen ? age(view.hubNowMs() - alarm.seen.at_ms, t) : "";
    setText(seen, alarm.seen ? t("ui_alarm_seen", { by: alarm.seen.by, age: sawAge }) : "");
    const name = t("ui_alarm_see_name", { alarm: said(alarm.text, view.lang) });
    see.update({ label: t("ui_alarm_see"), name, hidden: Boolean(alarm.seen), ...view.may(null) });
    note.update(view, `alarm:${alarm.key}`);
  };
  return node;
}

function acknowledge(view, alarm) {
  const room = alarm.room?.id ?? null;
  const alerts = (state) => (room === null ? state.hub.alerts : state.rooms[room]?.alerts) ?? {};
  view.commands.send("acknowledge_alarm", { room, alert: alarm.id }, {
    thing: `alarm:${alarm.key}`,
    labelKey: "ui_alarm_see",
    proof: (state) => !alerts(state)[alarm.id] || Boolean(alerts(state)[alarm.id].seen),
  });
}
