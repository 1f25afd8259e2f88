/** The bar at the top: since when the hub, or the hub's link to the rooms, is gone. */

import { h, setAttr, setText } from "../dom.js";
import { age, timeOfDay } from "../format.js";
import { inlineGlyph } from "../glyphs.js";

export class ConnectionBar extends HTMLElement {
  #text = h("span");

  connectedCallback() {
    this.append(inlineGlyph("fault"), this.#text);
  }

  update(view) {
    const brokerLost = view.live && view.state.hub.broker !== "connected";
    const isShown = view.lostSinceMs !== null || brokerLost;
    setAttr(this, "hidden", !isShown);
    if (view.lostSinceMs !== null) {
      const gone = age(Date.now() - view.lostSinceMs, view.t);
      setText(this.#text, view.t("ui_lost_stream", { time: timeOfDay(view.lostSinceMs / 1000), age: gone }));
    } else if (brokerLost) setText(this.#text, view.t("ui_lost_broker"));
  }
}
