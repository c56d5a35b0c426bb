// One socket for the page. Rooms are joined by name; each change is told once, gaps are closed by
// cursor, and without a socket the listener is told to look for itself. How fresh the page is
// stands in <html data-live> and is said by live-state.ts.
import { io, type Socket } from "socket.io-client";
import { isAskedAnew, isAway, isEnded, isHere } from "./live-state";
import { Redial } from "./redial";

/** That something changed, never what: who hears of it reads it where it may be read. */
export interface Change {
  seq: number;
  kind: string;
  id?: string;
}
/** `reset`: something may have been missed; read the whole again. `only`: nothing is known to have
 * happened, but it is `time` to look, or the line is `back` for what could not be read without it. */
export interface News {
  items: Change[];
  reset?: boolean;
  only?: "time" | "back";
}
export type Listener = (news: News) => void;

interface Frame {
  room: string;
  cursor: number;
  items: Change[];
  reset?: boolean;
}
interface Joined {
  ok: boolean;
  cursor?: number;
  missed?: Change[] | null;
}
interface Room {
  cursor: number | null;
  /** When what the page shows of the room was read, in milliseconds of the page's own clock. */
  readAt: number;
  seen: Set<number>;
  /** It was said already that this reader may not follow it. */
  isRefused: boolean;
  listeners: Set<Listener>;
}

const POLL_MS = 20_000;
const ANSWER_MS = 8000;
const SPREAD_MS = 3000;
const SEEN_LIMIT = 500;
const NAP_MS = 30_000;
const WHO = "madang.who";
const rooms = new Map<string, Room>();
let socket: Socket | null = null;
let redial: Redial | null = null;
let poll: ReturnType<typeof setInterval> | undefined;
let hiddenAt = 0;

function tell(room: Room, news: News): void {
  for (const listener of room.listeners) listener(news);
}

function unheard(room: Room, items: Change[]): Change[] {
  const fresh = items.filter((item) => !room.seen.has(item.seq));
  for (const item of fresh) room.seen.add(item.seq);
  for (const seq of room.seen) {
    if (room.seen.size <= SEEN_LIMIT) break;
    room.seen.delete(seq);
  }
  return fresh;
}

function receive(frame: Frame): void {
  const room = rooms.get(frame.room);
  if (!room) return;
  const items = unheard(room, frame.items);
  room.cursor = Math.max(room.cursor ?? 0, frame.cursor);
  if (frame.reset) tell(room, { items: [], reset: true });
  else if (items.length > 0) tell(room, { items });
}

// Read once more, so that the page can say why; no oftener, for the answer will be the same.
function refused(room: Room): void {
  isEnded();
  if (!room.isRefused) tell(room, { items: [], reset: true });
  room.isRefused = true;
}

function resume(room: Room, answer: Joined): void {
  redial?.rest();
  if (!answer.ok) return refused(room);
  const missed = answer.missed === null ? null : unheard(room, answer.missed ?? []);
  room.cursor = Math.max(room.cursor ?? 0, answer.cursor ?? 0);
  isHere();
  if (missed === null) tell(room, { items: [], reset: true });
  else tell(room, missed.length > 0 ? { items: missed } : { items: [], only: "back" });
}

function enter(made: Socket, name: string, room: Room): void {
  const age = (performance.now() - room.readAt) / 1000;
  const asked = { room: name, since: room.cursor, age };
  made.timeout(ANSWER_MS).emit("join", asked, (late: Error | null, answer: Joined) => {
    if (rooms.get(name) !== room) return;
    if (!late) return resume(room, answer);
    // A line that answers nothing is no line, whatever the browser believes.
    if (!made.connected) return;
    made.disconnect();
    redial?.later();
  });
}

function enterAll(made: Socket): void {
  for (const [name, room] of rooms) enter(made, name, room);
}

function look(news: News): void {
  if (document.hidden) return;
  for (const room of rooms.values()) if (!room.isRefused) tell(room, news);
}

function away(): void {
  isAway();
  poll ??= setInterval(look, POLL_MS, { items: [], reset: true, only: "time" });
}

function connected(made: Socket): void {
  clearInterval(poll);
  poll = undefined;
  enterAll(made);
}

function disconnected(reason: string): void {
  if (rooms.size > 0) away();
  // What is still allowed is joined again, also where it was the city that closed.
  if (reason !== "io client disconnect") redial?.later();
}

/** Say whether this page could not be followed any more, and whoever it was made for is here again. */
function isTheirsAgain(): boolean {
  const { live, who = "" } = document.documentElement.dataset;
  return live === "ended" && who === (localStorage.getItem(WHO) ?? "");
}

// A line that was opened while nobody was signed in stays nobody's: it is opened anew.
function askAnew(made: Socket): void {
  isAskedAnew();
  for (const room of rooms.values()) {
    room.isRefused = false;
    tell(room, { items: [], reset: true });
  }
  made.disconnect();
  redial?.now();
}

// A phone that slept believes in its old line for most of a minute: ask at once.
function woken(made: Socket): void {
  if (document.hidden) {
    hiddenAt = Date.now();
  } else if (isTheirsAgain()) {
    askAnew(made);
  } else if (!made.connected) {
    redial?.now();
    look({ items: [], reset: true });
  } else if (Date.now() - hiddenAt > NAP_MS) {
    enterAll(made);
  }
}

function open(): Socket {
  const made = io({ transports: ["websocket"], reconnection: false });
  redial = new Redial(made);
  made.on("connect", () => connected(made));
  made.on("disconnect", disconnected);
  made.on("connect_error", () => {
    away();
    redial?.later();
  });
  made.on("changes", receive);
  // The server itself may have missed something; not everyone at once.
  made.on("again", () => setTimeout(() => enterAll(made), Math.random() * SPREAD_MS));
  document.addEventListener("visibilitychange", () => woken(made));
  // Signed in again in another tab.
  window.addEventListener("storage", ({ key }) => {
    if (key === WHO && isTheirsAgain()) askAnew(made);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) woken(made);
  });
  return made;
}

/** What the server drew is as old as the page; what is joined later is read by who joins it. */
function drawnWithPage(name: string): boolean {
  const parts = document.querySelectorAll<HTMLElement>("[data-live-room], [data-news]");
  return [...parts].some(({ dataset }) => (dataset["liveRoom"] ?? dataset["news"]) === name);
}

function added(name: string): Room {
  const readAt = drawnWithPage(name) ? 0 : performance.now();
  const room: Room = { cursor: null, readAt, seen: new Set(), isRefused: false, listeners: new Set() };
  rooms.set(name, room);
  return room;
}

/** Hear what happens in `name`. Returns the way to stop hearing. */
export function join(name: string, listener: Listener): () => void {
  socket ??= open();
  const known = rooms.get(name);
  const room = known ?? added(name);
  room.listeners.add(listener);
  if (!known && socket.connected) enter(socket, name, room);
  return () => {
    room.listeners.delete(listener);
    if (room.listeners.size > 0 || rooms.get(name) !== room) return;
    rooms.delete(name);
    socket?.emit("leave", { room: name });
  };
}
