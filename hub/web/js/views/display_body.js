/** The panel of a display: power, input, volume, as far as it can be told them. */

import { actionButton, askingButton, commandNote, fact } from "../controls.js";
import { can } from "../displays.js";
import { h, keyed, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";
import { isConfirmed } from "../meaning.js";
import { deviceOf, displayText, gone, heading, healthText, wantedText } from "./device_bodies.js";

export class DisplayBody {
  #on = actionButton(() => this.#power(true));
  #off = askingButton(() => this.#power(false));
  #sources = h("div", { class: "row choices", role: "group" });
  #loudness = h("input", { type: "number", min: "0", max: "100", step: "5", id: "display-volume", required: true });
  #loudnessLabel = h("label", { for: "display-volume" });
  #setLoudness = actionButton(null);
  #volume = h("form", { class: "row", novalidate: true }, this.#loudnessLabel, this.#loudness, this.#setLoudness.node);
  #note = commandNote();
  #facts = { wanted: fact(), actual: fact(), health: fact(), answer: fact() };
  #view = null;

  constructor({ room, id }) {
    this.room = room;
    this.id = id;
    this.node = h(
      "div",
      { class: "body-columns" },
      h("div", { class: "actions" },
        h("div", { class: "row" }, this.#on.node, this.#off.node),
        this.#sources,
        this.#volume,
        this.#note.node),
      h("dl", { class: "facts" }, ...Object.values(this.#facts).map((f) => f.node)),
    );
    this.#loudness.addEventListener("input", () => {
      this.#loudness.dataset.touched = "true";
      this.update(this.#view);
    });
    this.#volume.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#loud();
    });
  }

  update(view) {
    this.#view = view;
    const { t, state } = view;
    const device = deviceOf(view, this.room, this.id);
    if (!device) return gone(view, this.id);
    const actual = state.rooms[this.room].displays?.[this.id] ?? null;
    const may = view.may(this.room);
    this.#drawPower(device, actual, may);
    this.#drawSources(device, actual, may);
    this.#drawVolume(device, actual, may);
    this.#facts.wanted.set(t("ui_wanted"), wantedText(actual, t));
    this.#facts.actual.set(t("ui_actual"), displayText(actual, t));
    this.#facts.health.set(t("ui_health"), healthText(actual, isConfirmed(state, this.room, view.live), t));
    this.#facts.answer.set(t("ui_last_answer"), view.ageText(actual, view.state.rooms[this.room].devices?.[this.id]));
    this.#note.update(view, this.#thing());
    return heading(view, this.room, device, actual);
  }

  #drawPower(device, actual, may) {
    const { t, state, lang } = this.#view;
    const n = state.floor.speaking.length;
    const display = said(device.title, lang) || device.id;
    this.#on.update({ label: t("ui_power_on"), ...may, primary: actual?.power !== true });
    this.#off.update({
      label: t("ui_power_off"),
      question: n > 0 ? t("ui_power_off_ask", { display, n }) : null,
      cancel: t("ui_cancel"),
      ...may,
      primary: actual?.power === true,
    });
  }

  #drawSources(device, actual, may) {
    const { t } = this.#view;
    setAttr(this.#sources, "hidden", !can(device, "source") || device.sources.length === 0);
    setAttr(this.#sources, "aria-label", t("ui_source"));
    const make = (source) => {
      const button = actionButton(() => this.#send("display_input", { source }, "ui_source"), { kind: "choice" });
      return Object.assign(button.node, { show: button.update });
    };
    keyed(this.#sources, device.sources, (source) => source, make, (node, source) =>
      node.show({ label: source, ...may, pressed: actual?.source === source }));
  }

  #drawVolume(device, actual, may) {
    const { t } = this.#view;
    setAttr(this.#volume, "hidden", !can(device, "volume"));
    setText(this.#loudnessLabel, t("ui_volume_label"));
    const isTouched = Boolean(this.#loudness.dataset.touched);
    if (!isTouched) this.#loudness.value = actual?.volume ?? "";
    const isRight = this.#loudness.validity.valid;
    this.#setLoudness.update({ label: t("ui_volume_set"), ...may, enabled: may.enabled && isTouched && isRight });
  }

  #power(on) {
    this.#send("display_power", { on }, on ? "ui_power_on" : "ui_power_off");
  }

  #loud() {
    this.#send("display_volume", { percent: this.#loudness.valueAsNumber }, "ui_volume_label");
    delete this.#loudness.dataset.touched;
    this.update(this.#view);
  }

  #send(name, what, labelKey) {
    this.#view.commands.send(name, { room: this.room, display: this.id, ...what }, {
      thing: this.#thing(),
      labelKey,
      isDeviceCommand: true,
    });
  }

  #thing() {
    return `display:${this.room}/${this.id}`;
  }
}
