/** Which way of meeting each room's displays serve: a key for each scene, and what is not there yet. */

import { actionButton, commandNote } from "../controls.js";
import { sceneMeaning } from "../displays.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { inlineGlyph, setGlyph } from "../glyphs.js";
import { said } from "../i18n.js";
import { isConfirmed, roomIds } from "../meaning.js";
import { roomName } from "../names.js";

const GLYPHS = { there: "ok", behind: "opening", none: "unconfirmed" };

export class SceneChoice extends HTMLElement {
  #heading = h("h2", { id: "scenes-title" });
  #rooms = h("div", { class: "scene-rooms" });

  connectedCallback() {
    this.append(this.#heading, this.#rooms);
  }

  update(view) {
    const ids = roomIds(view.state).filter((id) => sceneMeaning(view.state.rooms[id]).scenes.length > 0);
    setAttr(this, "hidden", ids.length === 0);
    setText(this.#heading, view.t("ui_scenes"));
    keyed(this.#rooms, ids, (id) => id, (id) => makeRoom(id), (node, id) => node.show(view, id));
  }
}

function makeRoom(id) {
  const title = h("h3");
  const keys = h("div", { class: "row choices", role: "group" });
  const icon = inlineGlyph("ok");
  const word = h("span", { class: "what" });
  const missing = h("ul", { role: "list" });
  const note = commandNote();
  const node = h("section", { class: "scene-room", "data-room": id },
    title, keys, h("p", { class: "scene-state" }, icon, word), missing, note.node);
  let latest = null;
  const choose = (scene) =>
    latest.commands.send("set_scene", { room: id, scene }, { thing: `scene:${id}`, labelKey: "ui_scene", isDeviceCommand: true });
  const makeKey = ({ id: scene }) => {
    const button = actionButton(() => choose(scene), { kind: "choice" });
    return Object.assign(button.node, { show: button.update });
  };
  node.show = (view) => {
    latest = view;
    const room = view.state.rooms[id];
    const meaning = sceneMeaning(room);
    const known = isConfirmed(view.state, id, view.live) ? meaning.state : "none";
    setText(title, roomName(view, id));
    setAttr(keys, "aria-label", joined(view.t("ui_scene"), roomName(view, id)));
    keyed(keys, meaning.scenes, (scene) => scene.id, makeKey, (key, scene) =>
      key.show({ label: said(scene.title, view.lang), ...view.may(id), pressed: scene.id === meaning.id }));
    setAttr(node, "data-state", known);
    setGlyph(icon, GLYPHS[known]);
    setText(word, sceneText(meaning, known, view));
    keyed(missing, known === "behind" ? meaning.missing : [], (one) => `${one.device}/${one.what}`, () => h("li"),
      (line, one) => setText(line, `${said(one.title, view.lang)}, ${view.t(one.partKey).toLowerCase()}: ${one.reason}`));
    note.update(view, `scene:${id}`);
  };
  return node;
}

/** The state of the scene in a sentence. */
function sceneText({ id, byKey, missing }, known, view) {
  if (id === null) return view.t("ui_scene_none");
  if (known === "none") return view.t("ui_state_unconfirmed");
  const state = known === "there" ? view.t("ui_scene_there") : view.t("ui_scene_behind", { n: missing.length });
  return joined(state, view.t(byKey));
}
