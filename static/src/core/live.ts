// One socket for the page. Rooms are joined by name; each change arrives once, gaps are closed by
// cursor, and without a socket the listener is told to look for itself.
import { io, type Socket } from "socket.io-client";

export interface Change {
  kind: string;
  id: string;
  lat?: number;
  lon?: number;
  category?: string;
  status?: string;
  title?: string;
}
/** `reset`: something may have been missed; read the whole again. */
export interface News {
  items: Change[];
  reset?: boolean;
}
export type Listener = (news: News) => void;

interface Batch {
  room?: string;
  cursor: number | string;
  items: Change[];
}
interface Joined {
  ok: boolean;
  cursor?: number | string;
  missed?: Batch[] | Change[] | null;
}
interface Room {
  cursor: number | string | null;
  listeners: Set<Listener>;
}

const POLL_MS = 20_000;
const BACK_MS = 1000;
const SEEN_LIMIT = 500;
const rooms = new Map<string, Room>();
const seen = new Set<string>();
let socket: Socket | null = null;
let poll: ReturnType<typeof setInterval> | undefined;

function isBatch(entry: Batch | Change): entry is Batch {
  return "items" in entry;
}

function tell(room: Room, news: News): void {
  for (const listener of room.listeners) listener(news);
}

function isNew(name: string, batch: Batch): boolean {
  const key = `${name} ${batch.cursor}`;
  if (seen.has(key)) return false;
  seen.add(key);
  if (seen.size > SEEN_LIMIT) seen.delete(seen.values().next().value as string);
  return true;
}

function take(name: string, batch: Batch): void {
  const room = rooms.get(name);
  if (!room || !isNew(name, batch)) return;
  room.cursor = batch.cursor;
  tell(room, { items: batch.items });
}

function receive(batch: Batch): void {
  const names = batch.room ? [batch.room] : [...rooms.keys()];
  for (const name of names) take(name, batch);
}

function resume(name: string, room: Room, answer: Joined): void {
  if (!answer.ok) return;
  const before = room.cursor;
  const missed = answer.missed ?? (before === null ? [] : null);
  room.cursor = answer.cursor ?? before;
  if (missed === null) return tell(room, { items: [], reset: true });
  const items = missed.flatMap((entry) => (isBatch(entry) ? entry.items : [entry]));
  for (const entry of missed) if (isBatch(entry)) isNew(name, entry);
  if (before !== null && items.length > 0) tell(room, { items });
}

function enter(name: string, room: Room): void {
  socket?.emit("join", { room: name, since: room.cursor }, (answer: Joined) => {
    resume(name, room, answer);
  });
}

function pollWhileAway(): void {
  poll ??= setInterval(() => {
    if (document.hidden) return;
    for (const room of rooms.values()) tell(room, { items: [], reset: true });
  }, POLL_MS);
}

function connected(): void {
  clearInterval(poll);
  poll = undefined;
  for (const [name, room] of rooms) enter(name, room);
}

function open(): Socket {
  const made = io({ transports: ["websocket"], reconnectionDelayMax: 15_000 });
  made.on("connect", connected);
  made.on("disconnect", (reason) => {
    pollWhileAway();
    // The client does not come back by itself when the server closed; what is still allowed it rejoins.
    if (reason === "io server disconnect") setTimeout(() => made.connect(), BACK_MS);
  });
  made.on("connect_error", pollWhileAway);
  made.on("changes", receive);
  return made;
}

/** Hear what happens in `name`. Returns the way to stop hearing. */
export function join(name: string, listener: Listener): () => void {
  socket ??= open();
  const room = rooms.get(name) ?? { cursor: null, listeners: new Set<Listener>() };
  const first = !rooms.has(name);
  rooms.set(name, room);
  room.listeners.add(listener);
  if (first && socket.connected) enter(name, room);
  return () => {
    room.listeners.delete(listener);
    if (room.listeners.size > 0) return;
    rooms.delete(name);
    socket?.emit("leave", { room: name });
  };
}
