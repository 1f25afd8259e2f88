/**
 * Guided aiming of one camera: which seat next, turn there, nudge, confirm, how good it has become.
 * Owns the seat a person chose instead of the proposed one; everything else comes in `update`.
 */

import { aimGrade, aimSeat, aimSteps } from "../cameras.js";
import { actionButton, commandNote } from "../controls.js";
import { h, joined, keyed, setAttr, setText, showOptions } from "../dom.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { seatChoices } from "../names.js";
import { nudgePad } from "./nudge_pad.js";

const STEP_GLYPHS = { done: "aim_sighted", now: "aim_next", later: "unassigned" };

const WENT_WRONG = new Set(["refused", "failed", "expired", "not_proved", "not_sent"]);

const numberOf = (seat) => seat?.split("/")[1] ?? "–";

export class CameraAiming {
  #open = actionButton(() => this.#toggle());
  #how = h("p", { class: "hint" });
  #steps = h("ol", { class: "aim-steps" });
  #label = h("label", { for: "aim-at" });
  #seats = h("select", { id: "aim-at" });
  #show = actionButton(() => this.#send("aim_camera", { seat: this.#seat, aside: true }, "ui_aim_go"));
  #pad = nudgePad((step) => this.#send("nudge_camera", step, "ui_nudge", "nudge"), () => this.#confirmSeat());
  #confirm = actionButton(() => this.#confirmSeat(), { kind: "primary" });
  #note = commandNote();
  #nudgeNote = commandNote();
  #quality = h("p", { class: "aim-quality" });
  #qualityIcon = inlineGlyph("unconfirmed");
  #qualityWords = h("span");
  #warnings = h("ul", { class: "aim-warnings", role: "list" });
  #body = h("div", { class: "aim-body", hidden: true });
  #view = null;
  #seat = null;

  constructor({ room, id }) {
    this.room = room;
    this.id = id;
    this.thing = `aim:${room}/${id}`;
    this.#seats.addEventListener("change", () => this.#view.aim({ room, id, seat: this.#seats.value }));
    this.#quality.append(this.#qualityIcon, this.#qualityWords);
    this.#body.append(
      h("div", { class: "row aim" }, this.#label, this.#seats, this.#show.node),
      this.#pad.node,
      this.#nudgeNote.node,
      this.#confirm.node,
      this.#note.node,
      this.#steps,
      this.#quality,
      this.#warnings,
      this.#how,
    );
    this.node = h("section", { class: "aiming" }, h("div", { class: "row" }, this.#open.node), this.#body);
  }

  update(view, actual, may) {
    this.#view = view;
    const { t } = view;
    const isOpen = this.isOpen();
    const chosen = isOpen ? view.aiming.seat : null;
    this.#open.update({ label: t(isOpen ? "ui_aiming_end" : "ui_aiming_start"), pressed: isOpen });
    setAttr(this.#body, "hidden", !isOpen);
    if (!isOpen) return;
    this.#seat = aimSeat(actual, chosen) ?? this.#seats.value;
    const n = numberOf(this.#seat);
    const done = actual?.sightings?.length ?? 0;
    setText(this.#how, `${t("ui_aiming_how")} ${t("ui_aiming_off_air")}`);
    this.#drawSteps(view, aimSteps(actual, this.#seat), may);
    this.#drawSeats(view);
    const busy = view.commands.isPending(this.thing);
    this.#show.update({ label: t("ui_aim_show", { n }), ...may, primary: actual?.target !== this.#seat });
    this.#pad.update(view, may);
    this.#confirm.update({ label: t("ui_aim_confirm", { n }), ...may, enabled: may.enabled && !busy });
    this.#note.update(view, this.thing);
    this.#nudgeNote.update(view, `nudge:${this.room}/${this.id}`);
    // A nudge that went well shows in the picture; only its refusal needs words.
    if (!WENT_WRONG.has(this.#nudgeNote.node.dataset.stage)) setAttr(this.#nudgeNote.node, "hidden", true);
    this.#drawQuality(view, actual, done);
  }

  /** Is this the camera that is being aimed? */
  isOpen() {
    const { aiming } = this.#view;
    return aiming?.room === this.room && aiming.id === this.id;
  }

  #toggle() {
    this.#view.aim(this.isOpen() ? null : { room: this.room, id: this.id, seat: null });
    if (!this.isOpen()) return;
    this.#pad.focus();
    this.node.closest("thing-panel").scrollIntoView({ block: "start" });
  }

  #drawSteps(view, steps, may) {
    const { t } = view;
    keyed(this.#steps, steps, (step) => step.seat, () => this.#makeStep(), (node, step) => {
      const n = numberOf(step.seat);
      node.seat = step.seat;
      setAttr(node, "data-step", step.state);
      setAttr(node, "aria-current", step.state === "now" ? "step" : null);
      setGlyph(node.icon, STEP_GLYPHS[step.state]);
      const name = view.state.rooms[this.room].names?.[n];
      setText(node.words, joined(t("seat_number", { n }), name, t(`ui_aim_step_${step.state}`)));
      const isSighted = step.state === "done";
      node.drop.update({ label: t("ui_aim_forget"), name: t("ui_aim_forget_seat", { n }), ...may, hidden: !isSighted });
    });
  }

  #makeStep() {
    const icon = inlineGlyph("unassigned");
    const words = h("span", { class: "words" });
    const node = h("li", {}, icon, words);
    const drop = actionButton(() => this.#send("forget_sighting", { seat: node.seat }, "ui_aim_forget"), { kind: "quiet small" });
    node.append(drop.node);
    return Object.assign(node, { icon, words, drop });
  }

  #drawSeats(view) {
    setText(this.#label, view.t("ui_aim_other"));
    showOptions(this.#seats, seatChoices(view, this.room));
    if (document.activeElement !== this.#seats && this.#seat) this.#seats.value = this.#seat;
  }

  #drawQuality({ t, lang }, actual, done) {
    const quality = actual?.aim_quality ?? null;
    const deg = quality?.worst_deg ?? null;
    const text = deg === null ? t("ui_aim_unsolved")
      : t("ui_aim_worst", { seat: numberOf(quality.worst_seat), deg: deg.toFixed(1) });
    const isEnough = deg !== null && done >= 4 && (actual.propose ?? []).length === 0;
    setGlyph(this.#qualityIcon, deg === null ? "unconfirmed" : aimGrade(deg).state, null);
    setText(this.#qualityWords, joined(text, isEnough && t("ui_aim_more")));
    keyed(this.#warnings, quality?.warnings ?? [], (warning) => warning.en, () => h("li"),
      (node, warning) => setText(node, said(warning, lang)));
  }

  #confirmSeat() {
    if (!this.#view.may(this.room).enabled || !this.#seat) return;
    this.#send("sight_camera", { seat: this.#seat }, "ui_aiming");
    this.#view.aim({ room: this.room, id: this.id, seat: null });
    this.#pad.focus();
  }

  #send(name, args, labelKey, about = "aim") {
    this.#view.commands.send(name, { room: this.room, camera: this.id, ...args }, {
      thing: `${about}:${this.room}/${this.id}`,
      labelKey,
      isDeviceCommand: true,
    });
  }
}
