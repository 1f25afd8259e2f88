/**
 * What displays and scenes mean: what a display can be told, which scene is in force, what of it is
 * not there yet. Pure functions; they name label keys, never words.
 */

/** Can this display be told this? A room of an older version does not say, so anything may be tried. */
export function can(device, what) {
  return device.abilities?.includes(what) ?? true;
}

const PARTS = { power: "ui_scene_power", source: "ui_source", volume: "ui_volume_label" };

/** The scenes of a room, which is in force, and what is missing: {scenes, id, state, byKey, missing}. */
export function sceneMeaning(room) {
  const scenes = room.plan?.scenes ?? [];
  const scene = room.scene ?? null;
  if (scene === null) return { scenes, id: null, state: "none", byKey: null, missing: [] };
  const missing = scene.behind.map(({ device, what, reason }) => {
    const title = room.plan?.devices.find((one) => one.id === device)?.title ?? { vi: device, en: device };
    return { device, what, title, partKey: PARTS[what], reason };
  });
  const byKey = scene.by === "meeting" ? "ui_scene_by_meeting" : "ui_scene_by_hand";
  return { scenes, id: scene.id, state: missing.length > 0 ? "behind" : "there", byKey, missing };
}
