/** Panel of a seat: microphone, lamps, locating, and the camera that should look at it. */

import { actionButton, commandNote, fact } from "../controls.js";
import { h, joined, setAttr, setText, showOptions } from "../dom.js";
import { clock } from "../format.js";
import { bestCamera } from "../geometry.js";
import { said } from "../i18n.js";
import { deviceReading, isChair, isConfirmed, isLocating, roleKey, seatMeaning, seatVote, sits } from "../meaning.js";
import { gone } from "./device_bodies.js";
import { layoutRoom } from "./map_layout.js";

/** Any size does for choosing a camera: only angles count. */
const ANY_WIDTH_PX = 1000;

export class SeatBody {
  #open = actionButton(() => this.#microphone(true));
  #close = actionButton(() => this.#microphone(false));
  #locateOn = actionButton(() => this.#locate(true));
  #locateOff = actionButton(() => this.#locate(false));
  #take = actionButton(() => this.#priority(true));
  #release = actionButton(() => this.#priority(false));
  #priorityRow = h("div", { class: "row" }, this.#take.node, this.#release.node);
  #cameras = h("select", { id: "aim-camera" });
  #aimLabel = h("label", { for: "aim-camera" });
  #aim = actionButton(() => this.#aimCamera());
  #aimRow = h("div", { class: "row aim" }, this.#aimLabel, this.#cameras, this.#aim.node);
  #facts = { microphone: fact(), lamps: fact(), heard: fact(), vote: fact(), health: fact(), answer: fact() };
  #notes = { seat: commandNote(), priority: commandNote(), locate: commandNote(), aim: commandNote() };
  #view = null;
  #best = null;

  constructor({ room, id }) {
    this.room = room;
    this.number = Number(id);
    this.name = `${room}/${id}`;
    this.node = h(
      "div",
      { class: "body-columns" },
      h("div", { class: "actions" },
        h("div", { class: "row" }, this.#open.node, this.#close.node),
        this.#notes.seat.node,
        this.#priorityRow,
        this.#notes.priority.node,
        h("div", { class: "row" }, this.#locateOn.node, this.#locateOff.node),
        this.#notes.locate.node,
        this.#aimRow,
        this.#notes.aim.node),
      h("dl", { class: "facts" }, ...Object.values(this.#facts).map((f) => f.node)),
    );
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const room = state.rooms[this.room];
    const seat = room?.plan?.seats.find((s) => s.number === this.number);
    if (!seat) return gone(view, t("seat_number", { n: this.number }));
    const meaning = seatMeaning(state, this.room, this.number, view.live);
    this.#showActions(view, room, meaning);
    this.#showPriority(view, seat);
    this.#showFacts(view, room.seats?.[this.number] ?? null);
    this.#notes.seat.update(view, `seat:${this.name}`);
    this.#notes.priority.update(view, `priority:${this.name}`);
    this.#notes.locate.update(view, `locate:${this.name}`);
    this.#notes.aim.update(view, `aim:${this.name}`);
    const name = room.names?.[this.number];
    const about = [t("seat_number", { n: this.number }), t(roleKey(seat.role)), said(room.title, view.lang)];
    return {
      title: name ?? about.shift(),
      subtitle: joined(...about),
      state: meaning.state,
      word: t(meaning.key, { n: meaning.n }),
      n: meaning.n,
    };
  }

  #showActions(view, room, meaning) {
    const { t, state } = view;
    const may = view.may(this.room);
    const hasFloor = state.floor.speaking.some((turn) => turn.seat === this.name);
    const waits = state.floor.queue.some((waiting) => waiting.seat === this.name);
    const isPending = view.commands.isPending(`seat:${this.name}`);
    const mayLead = sits(room) ? may : { enabled: false, why: t("ui_outside") };
    this.#open.update({ label: t("ui_open_microphone"), ...mayLead, primary: !hasFloor });
    const closing = t(waits && !hasFloor ? "speak_withdraw" : "ui_close_microphone");
    this.#close.update({ label: closing, ...mayLead, primary: hasFloor });
    setAttr(this.#open.node, "aria-busy", isPending ? "true" : null);
    const flashing = isLocating(room.seats?.[this.number]);
    this.#locateOn.update({ label: t("ui_locate_on"), ...may, pressed: flashing });
    this.#locateOff.update({ label: t("ui_locate_off"), ...may });
    this.#showCameras(view, room, may);
  }

  /** Priority belongs to chairs and their deputies. */
  #showPriority(view, seat) {
    setAttr(this.#priorityRow, "hidden", !isChair(seat.role) || !sits(view.state.rooms[this.room]));
    const holds = view.state.floor.hold?.seat === this.name;
    const may = view.may(this.room);
    this.#take.update({ label: view.t("ui_take_priority"), ...may, pressed: holds });
    this.#release.update({ label: view.t("ui_release"), ...may, hidden: !holds });
  }

  #showCameras(view, room, may) {
    const cameras = (room.plan?.devices ?? []).filter((d) => d.kind === "camera");
    this.#best = this.#bestOf(room);
    const best = cameras.find((c) => c.id === this.#best);
    const bestName = best && (said(best.title, view.lang) || best.id);
    const choices = [...(best ? [["", view.t("ui_best", { camera: bestName })]] : []),
      ...cameras.map((c) => [c.id, said(c.title, view.lang) || c.id])];
    setText(this.#aimLabel, cameras.length > 0 ? view.t("ui_aim_with") : view.t("ui_no_camera"));
    setAttr(this.#cameras, "hidden", cameras.length === 0);
    showOptions(this.#cameras, choices);
    this.#aim.update({ label: view.t("ui_aim"), ...may, hidden: cameras.length === 0 });
  }

  #bestOf(room) {
    const layout = room.plan ? layoutRoom(room.plan, ANY_WIDTH_PX, ANY_WIDTH_PX) : null;
    const seat = layout?.seats.find((s) => s.number === this.number);
    const cameras = (layout?.cameras ?? []).map((c) => {
      const reading = deviceReading(room, c.device);
      return { id: c.device.id, x: c.x, y: c.y, onAir: Boolean(reading?.on_air), healthy: reading?.health === "ok" };
    });
    return seat ? (bestCamera(seat, cameras)?.id ?? null) : null;
  }

  #showFacts(view, actual) {
    const { t } = view;
    const confirmed = isConfirmed(view.state, this.room, view.live);
    const word = (open) => t(open === null || open === undefined ? "ui_unknown" : open ? "ui_on" : "ui_off");
    const hasFloor = view.state.floor.speaking.some((turn) => turn.seat === this.name);
    // A room that leads itself knows alone what should be.
    const wanted = sits(view.state.rooms[this.room]) ? hasFloor : actual?.wanted;
    const proved = confirmed ? word(actual?.microphone) : t("ui_state_unconfirmed");
    const [desired, shown] = [`${t("ui_wanted")}: ${word(wanted)}`, `${t("ui_actual")}: ${proved}`];
    this.#facts.microphone.set(t("ui_microphone"), joined(desired, shown));
    const lamp = (state) => t(state ? `ui_lamp_${state}` : "ui_unknown");
    const [red, green] = [`${t("ui_lamp_red")} ${lamp(actual?.red)}`, `${t("ui_lamp_green")} ${lamp(actual?.green)}`];
    const others = ["amber", "sign_in"].filter((name) => actual?.[name] && actual[name] !== "off")
      .map((name) => `${t(`ui_lamp_${name}`)} ${lamp(actual[name])}`);
    this.#facts.lamps.set(t("ui_lamps"), joined(red, green, ...others));
    this.#showHeard(view);
    const vote = seatVote(view.state, this.room, this.number, view.live);
    setAttr(this.#facts.vote.node, "hidden", vote === null);
    this.#facts.vote.set(t("ui_votes"), vote ? t(vote.key) : "");
    const isFine = confirmed && actual?.health === "ok";
    const key = !confirmed || actual?.health !== "fault" ? "ui_state_unconfirmed" : "ui_state_fault";
    const health = isFine ? t("ui_health_ok") : [t(key), said(actual?.reason, view.lang)].filter(Boolean).join(": ");
    this.#facts.health.set(t("ui_health"), health);
    this.#facts.answer.set(t("ui_last_answer"), view.ageText(actual));
  }

  /** How long the microphone has been heard: one that never was is worth a look. */
  #showHeard({ t, state }) {
    const audio = state.rooms[this.room].audio ?? null;
    setAttr(this.#facts.heard.node, "hidden", audio === null);
    if (audio === null) return;
    const heardS = audio.heard_s?.[this.number];
    const since = heardS === undefined ? t("ui_heard_never") : t("ui_heard_s", { time: clock(heardS * 1000) });
    this.#facts.heard.set(t("ui_heard"), audio.listens ? since : t("ui_heard_unknown"));
  }

  #microphone(open) {
    sendMicrophone(this.#view, open ? "open_microphone" : "close_microphone", this.name);
  }

  #priority(on) {
    this.#view.commands.send(on ? "take_priority" : "release_priority", { seat: this.name }, {
      thing: `priority:${this.name}`,
      labelKey: on ? "ui_take_priority" : "ui_release",
      proof: (state) => (state.floor.hold?.seat === this.name) === on,
    });
  }

  #locate(on) {
    this.#view.commands.send("locate_seat", { seat: this.name, on }, {
      thing: `locate:${this.name}`,
      labelKey: on ? "ui_locate_on" : "ui_locate_off",
      isDeviceCommand: true,
    });
  }

  #aimCamera() {
    const camera = this.#cameras.value || this.#best;
    if (!camera) return;
    this.#view.commands.send("aim_camera", { room: this.room, camera, seat: this.name }, {
      thing: `aim:${this.name}`,
      labelKey: "ui_aim",
      isDeviceCommand: true,
    });
  }
}

/** Ask the hub to open or close a seat's microphone; proved by the microphone itself. */
export function sendMicrophone(view, name, seat) {
  const open = name === "open_microphone";
  const [room, number] = seat.split("/");
  view.commands.send(name, { seat }, {
    thing: `seat:${seat}`,
    labelKey: open ? "ui_open_microphone" : "ui_close_microphone",
    proof: (state) => {
      const turn = state.floor.speaking.find((speaking) => speaking.seat === seat);
      const isOpen = state.rooms[room]?.seats?.[number]?.microphone;
      if (!open) return !turn && isOpen === false;
      return Boolean(turn) && isOpen === !turn.muted;
    },
  });
}
