/** The chair's page: who speaks, who is next, what is being decided, who is there, the agenda. */

import { me } from "./me.js";
import { openPage } from "./page.js";
import { AttendancePanel } from "./views/attendance_panel.js";
import { BallotDesk } from "./views/ballot_desk.js";
import { BallotList } from "./views/ballot_list.js";
import { ChairTabs } from "./views/chair_tabs.js";
import { ConnectionBar } from "./views/connection_bar.js";
import { FireBanner } from "./views/fire_banner.js";
import { FloorPanel } from "./views/floor_panel.js";
import { LiveAnnouncer } from "./views/announcer.js";
import { MeetingAgenda } from "./views/meeting_agenda.js";
import { MeetingSession } from "./views/meeting_session.js";

const ELEMENTS = {
  "connection-bar": ConnectionBar,
  "fire-banner": FireBanner,
  "live-announcer": LiveAnnouncer,
  "chair-tabs": ChairTabs,
  "floor-panel": FloorPanel,
  "ballot-desk": BallotDesk,
  "ballot-list": BallotList,
  "attendance-panel": AttendancePanel,
  "meeting-session": MeetingSession,
  "meeting-agenda": MeetingAgenda,
};

const element = (name) => document.querySelector(name);

const { page, draw, start } = openPage({
  elements: ELEMENTS,
  own: { seat: null, ballot: null, part: "floor" },
  actions: { pickBallot, showPart },
  async linked() {
    page.seat = (await me())?.seat ?? null;
  },
  shown(state, view) {
    document.getElementById("meeting-title").textContent = state.meeting.title ?? "";
    element(".chair-parts").dataset.part = view.part;
  },
});

/** Show a ballot of the list, or with null again the one at hand. */
function pickBallot(key) {
  page.ballot = key;
  draw();
  element(key ? "ballot-desk" : "ballot-list").querySelector("h2").focus();
}

/** Show one part where there is no room for all. */
function showPart(part) {
  page.part = part;
  draw();
  scrollTo(0, 0);
}

start();
