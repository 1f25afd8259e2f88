/** The page of a room's screen: it shows one scene, takes no keys, and says that it lives. */

import { keyOf } from "./ballots.js";
import { post } from "./commands.js";
import { openPage } from "./page.js";
import { RESULT_LEAST_MS, roomOfPath, sceneOf } from "./screen.js";
import { ConnectionBar } from "./views/connection_bar.js";
import { ScreenBallot } from "./views/screen_ballot.js";
import { ScreenFire } from "./views/screen_fire.js";
import { ScreenFloor } from "./views/screen_floor.js";
import { ScreenFoot, ScreenHead } from "./views/screen_frame.js";
import { ScreenNotice } from "./views/screen_notice.js";

/** The hub is told so often that this page lives; it raises an alarm after three in a row. */
const ALIVE_MS = 10_000;

const ROOM = roomOfPath(location.pathname);

/**
 * The ballot whose result is shown, and since when this screen has known it. One that was there
 * before the screen is old news: whoever speaks goes before it.
 */
let known = null;
let scene = { name: "welcome", ballot: null };

const { page, start } = openPage({
  elements: {
    "connection-bar": ConnectionBar,
    "screen-head": ScreenHead,
    "screen-fire": ScreenFire,
    "screen-ballot": ScreenBallot,
    "screen-notice": ScreenNotice,
    "screen-floor": ScreenFloor,
    "screen-foot": ScreenFoot,
  },
  own: { room: ROOM },
  audience: "public",
  shown(state, view) {
    scene = sceneOf(state, ROOM, knownForMs);
    known ??= { key: null, sinceMs: 0 };
    view.scene = scene;
    document.documentElement.dataset.scene = scene.name;
  },
});

function knownForMs(ballot) {
  const key = keyOf(ballot);
  const old = known === null ? RESULT_LEAST_MS : 0;
  if (known?.key !== key) known = { key, sinceMs: performance.now() - old };
  return performance.now() - known.sinceMs;
}

/** Only a page that is being painted is alive: a hidden or stuck one draws no frame. */
function sayAlive() {
  requestAnimationFrame(() => post("display_alive", { room: ROOM, showing: page.live ? scene.name : "lost" }));
}

start();
setTimeout(sayAlive, 1_000);
setInterval(sayAlive, ALIVE_MS);
