/** The secretary's page: the meetings, the agenda of the one in force, and one that is prepared. */

import { Drafts } from "./drafts.js";
import { firstMeeting, meetingOf } from "./meetings.js";
import { openPage } from "./page.js";
import { ConnectionBar } from "./views/connection_bar.js";
import { FireBanner } from "./views/fire_banner.js";
import { LiveAnnouncer } from "./views/announcer.js";
import { MeetingAgenda } from "./views/meeting_agenda.js";
import { MeetingEditor } from "./views/meeting_editor.js";
import { MeetingList } from "./views/meeting_list.js";

const ELEMENTS = {
  "connection-bar": ConnectionBar,
  "fire-banner": FireBanner,
  "live-announcer": LiveAnnouncer,
  "meeting-list": MeetingList,
  "meeting-agenda": MeetingAgenda,
  "meeting-editor": MeetingEditor,
};

const drafts = new Drafts(() => refresh());
const { page, draw, refresh, start } = openPage({
  elements: ELEMENTS,
  own: { meeting: null, drafts },
  actions: { pickMeeting },
  shown(state, view) {
    document.getElementById("meeting-title").textContent = state.meeting.title ?? "";
    document.getElementById("lead").hidden = state.meeting.agenda.length === 0 || state.meeting.session === "ended";
    if (page.meeting === null || (page.wanted === null && meetingOf(state, page.meeting) === null)) {
      page.meeting = firstMeeting(state);
      view.meeting = page.meeting;
    }
    if (meetingOf(state, page.meeting) !== null) page.wanted = null;
    if (page.meeting !== null && page.live) drafts.follow(state, page.meeting);
  },
});
page.wanted = null;

/** Show a meeting; one that has just been made may not be in the list yet. */
function pickMeeting(id) {
  page.meeting = id;
  page.wanted = id;
  draw();
  const title = document.querySelector("#editor-title");
  title.scrollIntoView({ block: "nearest" });
  title.focus({ preventScroll: true });
}

addEventListener("beforeunload", (event) => {
  if (drafts.anyTouched()) event.preventDefault();
});

start();
