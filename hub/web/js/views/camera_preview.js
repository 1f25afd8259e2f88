/**
 * The small live picture of one camera. The room sends pictures only while somebody asks, so this
 * view asks again every few seconds for as long as it is drawn.
 */

import { post } from "../commands.js";
import { freshPreview } from "../cameras.js";
import { h, setAttr, setText } from "../dom.js";
import { fill, said } from "../i18n.js";

/** Shorter than the lease of the hub, so that one lost request does no harm. */
const ASK_EVERY_MS = 4_000;
/** After a refusal: cameras get pictures rarely, but they do. */
const ASK_AGAIN_MS = 20_000;

export class CameraPreview {
  #image = h("img", { alt: "", width: "320", height: "180", hidden: true });
  #reticle = h("span", { class: "reticle", hidden: true });
  #words = h("figcaption");
  #nextAskMs = 0;
  #shown = 0;
  #answer = null;

  constructor({ room, id }) {
    this.room = room;
    this.id = id;
    this.node = h("figure", { class: "preview" }, h("div", { class: "screen" }, this.#image, this.#reticle), this.#words);
  }

  update(view, title) {
    const { t, state } = view;
    if (view.may(this.room).enabled && performance.now() >= this.#nextAskMs && !document.hidden) this.#ask();
    const room = state.rooms[this.room];
    const fresh = freshPreview(room, this.id, (preview) => view.hubNowMs() - preview.seen_ms + preview.age_ms);
    const refused = this.#refusal(state);
    if (refused) this.#nextAskMs = Math.max(this.#nextAskMs, this.#answer.atMs + ASK_AGAIN_MS);
    setAttr(this.#image, "hidden", fresh === null);
    setAttr(this.#reticle, "hidden", fresh === null);
    setAttr(this.node, "data-picture", fresh === null ? "none" : "live");
    setAttr(this.#image, "alt", t("ui_preview", { camera: title }));
    if (fresh !== null) this.#show(fresh.n);
    setText(this.#words, fresh === null ? this.#why(refused, view) : t("ui_preview", { camera: title }));
  }

  #show(n) {
    if (n === this.#shown) return;
    this.#shown = n;
    const place = [this.room, this.id].map(encodeURIComponent);
    this.#image.src = `/api/v1/rooms/${place[0]}/cameras/${place[1]}/preview?n=${n}`;
  }

  async #ask() {
    this.#nextAskMs = performance.now() + ASK_EVERY_MS;
    const answer = await post("preview_camera", { room: this.room, camera: this.id, on: true });
    this.#answer = { ...answer, atMs: performance.now() };
  }

  /** Why no picture will come; null while there is hope. */
  #refusal(state) {
    if (!this.#answer) return null;
    if (this.#answer.stage !== "accepted") return this.#answer;
    const told = state.commands?.[this.#answer.id];
    return told && ["rejected", "failed", "expired"].includes(told.status) ? told : null;
  }

  #why(refused, { t, lang }) {
    if (!refused) return t("ui_preview_waiting");
    return fill(t("ui_preview_none"), { reason: said(refused.reason, lang) || t("ui_preview_quiet") });
  }
}
