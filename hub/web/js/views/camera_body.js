/** The panel of a camera: where it looks and why, its picture, aiming it, locking it. */

import { sightKeys } from "../cameras.js";
import { actionButton, commandNote, fact } from "../controls.js";
import { h, joined, setAttr, setText, showOptions } from "../dom.js";
import { said } from "../i18n.js";
import { isConfirmed } from "../meaning.js";
import { seatChoices } from "../names.js";
import { CameraAiming } from "./camera_aiming.js";
import { CameraPreview } from "./camera_preview.js";
import { aimText, arrivalText, deviceOf, gone, heading, healthText, targetText } from "./device_bodies.js";

export class CameraBody {
  #wide = actionButton(() => this.#send("aim_camera", { wide: true }, "ui_wide"), { kind: "primary" });
  #lock = actionButton(() => this.#send("lock_camera", { on: !this.#isLocked() }, this.#isLocked() ? "ui_unlock" : "ui_lock"));
  #seats = h("select", { id: "aim-seat" });
  #label = h("label", { for: "aim-seat" });
  #aim = actionButton(() => this.#send("aim_camera", { seat: this.#seats.value }, "ui_aim_go"));
  #note = commandNote();
  #air = h("p", { class: "air-plate", hidden: true });
  #held = h("p", { class: "held", hidden: true });
  #facts = { target: fact(), aim: fact(), why: fact(), sees: fact(), health: fact(), answer: fact() };
  #usual = h("div", { class: "body-columns" });
  #view = null;

  constructor({ room, id }) {
    this.room = room;
    this.id = id;
    this.preview = new CameraPreview({ room, id });
    this.aiming = new CameraAiming({ room, id });
    this.#usual.append(
      h("div", { class: "actions" },
        h("div", { class: "row" }, this.#wide.node, this.#lock.node),
        h("div", { class: "row aim" }, this.#label, this.#seats, this.#aim.node),
        this.#note.node),
      h("dl", { class: "facts" }, ...Object.values(this.#facts).map((f) => f.node)),
    );
    this.node = h(
      "div",
      { class: "camera-body" },
      this.#air,
      this.#held,
      this.preview.node,
      this.#usual,
      this.aiming.node,
    );
  }

  update(view) {
    this.#view = view;
    const { t } = view;
    const device = deviceOf(view, this.room, this.id);
    if (!device) return gone(view, this.id);
    const room = view.state.rooms[this.room];
    const actual = room.cameras?.[this.id] ?? null;
    const may = view.may(this.room);
    const confirmed = isConfirmed(view.state, this.room, view.live);
    const head = heading(view, this.room, device, actual);
    this.#wide.update({ label: t("ui_wide"), ...may });
    this.#lock.update({ label: t(this.#isLocked() ? "ui_unlock" : "ui_lock"), ...may, pressed: this.#isLocked() });
    this.#aim.update({ label: t("ui_aim_go"), ...may });
    setText(this.#label, t("ui_aim_seat"));
    showOptions(this.#seats, seatChoices(view, this.room));
    setAttr(this.#air, "hidden", !(confirmed && actual?.on_air));
    setText(this.#air, t("ui_on_air"));
    setAttr(this.#held, "hidden", !(actual?.locked || actual?.aside));
    setText(this.#held, t(actual?.aside ? "ui_aside" : "ui_locked"));
    this.#drawFacts(view, actual, confirmed);
    this.#note.update(view, `camera:${this.room}/${this.id}`);
    this.preview.update(view, head.title);
    this.aiming.update(view, actual, may);
    // While somebody aims, picture and keys belong together on one screen.
    setAttr(this.#usual, "hidden", this.aiming.isOpen());
    return head;
  }

  #drawFacts(view, actual, confirmed) {
    const { t } = view;
    const facts = this.#facts;
    facts.target.set(t("ui_wanted"), targetText(actual?.target, t));
    facts.aim.set(t("ui_actual"), joined(aimText(actual, t), arrivalText(actual, t)));
    facts.why.set(t("ui_why"), said(actual?.why, t.lang) || "–");
    const sees = sightKeys(actual).map((key) => t(key));
    setAttr(facts.sees.node, "hidden", sees.length === 0);
    facts.sees.set(t("ui_sees"), joined(...sees, actual?.detector_reason));
    facts.health.set(t("ui_health"), healthText(actual, confirmed, t));
    facts.answer.set(t("ui_last_answer"), view.ageText(actual, view.state.rooms[this.room].devices?.[this.id]));
  }

  #isLocked() {
    return Boolean(this.#view?.state.rooms[this.room]?.cameras?.[this.id]?.locked);
  }

  #send(name, what, labelKey) {
    this.#view.commands.send(name, { room: this.room, camera: this.id, ...what }, {
      thing: `camera:${this.room}/${this.id}`,
      labelKey,
      isDeviceCommand: true,
    });
  }
}
