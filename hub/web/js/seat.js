/** The delegate's page: one seat, its turn, its vote, the agenda. */

import { post } from "./commands.js";
import { me } from "./me.js";
import { seatOfAddress } from "./my_seat.js";
import { openPage } from "./page.js";
import { ConnectionBar } from "./views/connection_bar.js";
import { MeetingAgenda } from "./views/meeting_agenda.js";
import { SeatHead } from "./views/seat_head.js";
import { SeatNotices } from "./views/seat_notices.js";
import { SeatOthers } from "./views/seat_others.js";
import { SeatSignIn } from "./views/seat_sign_in.js";
import { SeatTurn } from "./views/seat_turn.js";
import { SeatVote } from "./views/seat_vote.js";
import { VoteBox } from "./vote_box.js";

const ELEMENTS = {
  "connection-bar": ConnectionBar,
  "seat-head": SeatHead,
  "seat-notices": SeatNotices,
  "seat-sign-in": SeatSignIn,
  "seat-vote": SeatVote,
  "seat-turn": SeatTurn,
  "seat-others": SeatOthers,
  "meeting-agenda": MeetingAgenda,
};

const votes = new VoteBox({ storage: localStorage, send: post, changed: () => refresh() });

const { page, refresh, start } = openPage({
  elements: ELEMENTS,
  audience: "public",
  own: { seat: seatOfAddress(location.search), votes },
  linked: () => begin(),
  shown(state) {
    document.getElementById("meeting-title").textContent = state.meeting.title ?? "";
  },
});

/** Whoever is signed in at a seat has that seat; others look at the one of the address. */
async function begin() {
  const who = await me();
  page.seat = who?.seat ?? page.seat;
  refresh();
  votes.flush();
}

addEventListener("online", () => votes.flush());
start();
