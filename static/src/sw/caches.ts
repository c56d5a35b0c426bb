// What is kept for the time without a line: the shell, what never changes, a little of the map.
// No page is ever kept: every one of them may be somebody's own.
import { FORM } from "../reports/outbox";
import { worker } from "./scope";

declare const __PRECACHE__: string[];
declare const __VERSION__: string;

const SHELL = `shell-${__VERSION__}`;
const OFFLINE = "/offline";
const FORM_OFFLINE = "/reports/offline";
const OFFLINE_PAGES = [OFFLINE, FORM_OFFLINE];
const BUILT = "/static/dist/";
const PATIENCE_MS = 15_000;

interface Shelf {
  name: string;
  prefix: string;
  room: number;
  fixed: boolean;
}

// `fixed` addresses name their content; the others are shown from here and read again behind it.
const SHELVES: Shelf[] = [
  { name: "built", prefix: BUILT, room: 80, fixed: true },
  { name: "pictures", prefix: "/media/", room: 60, fixed: true },
  { name: "tiles", prefix: "/tiles/", room: 200, fixed: false },
];

export async function install(): Promise<void> {
  const shell = await caches.open(SHELL);
  await shell.addAll([...__PRECACHE__.map((name) => BUILT + name), ...OFFLINE_PAGES].map((url) => new Request(url, { cache: "reload" })));
}

/** Forget what earlier versions kept. */
export async function clean(): Promise<void> {
  const ours = new Set([SHELL, ...SHELVES.map((shelf) => shelf.name)]);
  for (const name of await caches.keys()) if (!ours.has(name)) await caches.delete(name);
  await worker.registration.navigationPreload?.enable();
}

/** Read the offline page again: the reader may have changed the language. */
export async function readOfflineAgain(): Promise<void> {
  const shell = await caches.open(SHELL);
  for (const page of OFFLINE_PAGES) {
    await shell.add(new Request(page, { cache: "reload" })).catch(() => undefined);
  }
}

function patience(): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE_MS));
}

async function asked(event: FetchEvent): Promise<Response> {
  const begun = (await event.preloadResponse) as Response | undefined;
  return begun ?? fetch(event.request);
}

/** Return the page from the city, or the page that says there is no line. */
export async function page(event: FetchEvent): Promise<Response> {
  try {
    return await Promise.race([asked(event), patience()]);
  } catch {
    // A report can be written without a line; it waits in the browser.
    const instead = new URL(event.request.url).pathname === FORM ? FORM_OFFLINE : OFFLINE;
    return (await caches.match(instead, { cacheName: SHELL })) ?? Response.error();
  }
}

export function shelfOf(url: URL): Shelf | undefined {
  if (url.origin !== worker.location.origin) return undefined;
  return SHELVES.find((shelf) => url.pathname.startsWith(shelf.prefix));
}

function mayKeep(response: Response): boolean {
  const rule = response.headers.get("Cache-Control") ?? "";
  return response.status === 200 && response.type === "basic" && !/private|no-store/.test(rule);
}

async function keep(shelf: Shelf, request: Request, response: Response): Promise<void> {
  if (!mayKeep(response)) return;
  const cache = await caches.open(shelf.name);
  await cache.put(request, response);
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - shelf.room))) await cache.delete(old);
}

/** Return a file from its shelf at once, else from the city, and keep it there. */
export async function file(event: FetchEvent, shelf: Shelf): Promise<Response> {
  const kept = await caches.match(event.request);
  if (kept && shelf.fixed) return kept;
  const fresh = fetch(event.request).then((response) => {
    event.waitUntil(keep(shelf, event.request, response.clone()).catch(() => undefined));
    return response;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  return kept;
}
