/**
 * Who is signed in: pure functions over the snapshot's `attendance`.
 * Must not know words or nodes.
 */

const NOBODY = { asked: false, people: {}, present: 0, members: 0 };

/** The attendance of the meeting; an older hub has none. */
export function attendanceOf(state) {
  return state.attendance ?? NOBODY;
}

/** People with a seat by room: {roomId: [{person, seat, number, name, present}]}, by number. */
export function byRoom(state) {
  const rooms = {};
  for (const [person, entry] of Object.entries(attendanceOf(state).people)) {
    const [room, number] = entry.seat.split("/");
    (rooms[room] ??= []).push({ person, number: Number(number), ...entry });
  }
  for (const people of Object.values(rooms)) people.sort((a, b) => a.number - b.number);
  return rooms;
}

/** Is somebody at this seat signed in? Null where nobody is expected. */
export function isSignedIn(state, seat) {
  const found = Object.values(attendanceOf(state).people).find((entry) => entry.seat === seat);
  return found ? found.present : null;
}

/** Seats of those who are signed in, or of those who are not. */
export function seatsWhere(state, present) {
  return Object.values(attendanceOf(state).people)
    .filter((entry) => entry.present === present)
    .map((entry) => entry.seat);
}

/** Name of a person; without one, the seat. */
export function nameOf(state, person) {
  return attendanceOf(state).people[person]?.name || person;
}
