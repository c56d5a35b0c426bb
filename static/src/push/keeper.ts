// This browser's address at its push service, and the city's note of it, kept the same.
const KEPT = "madang.push";
const PATIENCE_MS = 1500;
const WEEK_MS = 7 * 86_400_000;
// Taken back by its person, signed out, or another's.
const GONE = "404";
// Its push service gave the address up, which the browser need not know.
const DEAD = "409";

interface Kept {
  id: string;
  endpoint: string;
  at: number;
  /** The city's mark of the sign-in it was noted under: it says when another may be at this browser. */
  signIn?: string;
}

function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

export function token(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrf_token]")?.value ?? "";
}

/** Ask the city; throws where it says no. */
export async function ask(path: string, method = "POST", body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRF-Token": token() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function registration(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register("/sw.js");
  return navigator.serviceWorker.ready;
}

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function same(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const mine = new Uint8Array(one ?? new ArrayBuffer(0));
  return mine.length === other.length && mine.every((byte, n) => byte === other[n]);
}

// What a person calls their browser; rough is enough to tell a phone from a desk.
function label(): string {
  const agent = navigator.userAgent;
  const find = (names: [RegExp, string][]): string => names.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  const browser = find([
    [/SamsungBrowser/, "Samsung Internet"], [/Whale/, "Whale"], [/Edg/, "Edge"], [/Firefox|FxiOS/, "Firefox"],
    [/Chrome|CriOS/, "Chrome"], [/Safari/, "Safari"],
  ]);
  const device = find([
    [/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac/, "Mac"], [/Linux/, "Linux"],
  ]);
  return [browser, device].filter(Boolean).join(" · ");
}

const signIn = (): string => document.documentElement.dataset["signIn"] ?? "";

function note(id: string, endpoint: string): void {
  const now: Kept = { id, endpoint, at: Date.now(), signIn: signIn() };
  localStorage.setItem(KEPT, JSON.stringify(now));
}

const offer = (mine: PushSubscription): object => ({ ...mine.toJSON(), label: label() });

/** Tell the city this browser's address, a new one where its push service gave the present one up. */
async function say(path: string): Promise<[Response, PushSubscription]> {
  const mine = await subscription();
  try {
    return [await ask(path, "POST", offer(mine)), mine];
  } catch (error) {
    if ((error as Error).message !== DEAD) throw error;
  }
  await mine.unsubscribe();
  const fresh = await subscription();
  return [await ask(path, "POST", offer(fresh)), fresh];
}

/** A person's yes: only what they tapped may lead here. */
async function tell(): Promise<string> {
  const [answer, mine] = await say("/push/subscriptions");
  const { id } = (await answer.json()) as { id: string };
  note(id, mine.endpoint);
  return id;
}

/** Say what is so by itself; the city takes it only of a browser that its reader still has there. */
async function refresh(known: Kept): Promise<void> {
  try {
    const [, mine] = await say(`/push/subscriptions/${known.id}/refresh`);
    note(known.id, mine.endpoint);
  } catch (error) {
    // Whoever is here now was not asked.
    if ((error as Error).message === GONE && kept()?.id === known.id) await forget();
  }
}

async function subscription(): Promise<PushSubscription> {
  const { pushManager } = await registration();
  const key = bytes(((await (await ask("/push/key", "GET")).json()) as { key: string }).key);
  const before = await pushManager.getSubscription();
  if (before && same(before.options.applicationServerKey, key)) return before;
  // An address made for another key of the city never works again.
  await before?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

export class Keeper {
  /** Give the city this browser's address; return the city's name for it. */
  async subscribe(): Promise<string> {
    try {
      return await tell();
    } catch (error) {
      await unsubscribe();
      throw error;
    }
  }

  async unsubscribe(): Promise<void> {
    const { id } = kept() ?? { id: "" };
    await forget();
    if (id) await ask(`/push/subscriptions/${id}`, "DELETE");
  }
}

async function forget(): Promise<void> {
  localStorage.removeItem(KEPT);
  await unsubscribe();
}

async function unsubscribe(): Promise<void> {
  const there = await navigator.serviceWorker.getRegistration();
  await (await there?.pushManager.getSubscription())?.unsubscribe();
}

/** Return the city's name for this browser, "" if it is not told anything. */
export async function isHere(): Promise<string> {
  const there = await navigator.serviceWorker.getRegistration();
  const mine = await there?.pushManager.getSubscription();
  const known = kept();
  return mine && known?.endpoint === mine.endpoint ? known.id : "";
}

// Whoever signs out here is no longer told here: the next person at this browser may be another.
function forgetAtSignOut(): void {
  const form = document.querySelector<HTMLFormElement>('form[action="/sign-out"]');
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    void Promise.race([forget(), patience]).finally(() => form.submit());
  });
}

async function mend(): Promise<void> {
  const known = kept();
  if (!known || !signIn() || !("PushManager" in window) || Notification.permission !== "granted") return;
  forgetAtSignOut();
  try {
    const mine = await (await registration()).pushManager.getSubscription();
    const lately = known.signIn === signIn() && Date.now() - known.at < WEEK_MS;
    // A push service may give up an address that its browser believes in.
    const gone = document.querySelector(`[data-gone="${known.id}"]`) !== null;
    if (mine?.endpoint === known.endpoint && lately && !gone) return;
    await refresh(known);
  } catch {
    // No line: the next start tries again.
  }
}

let mending: Promise<void> | undefined;

/** Mend what push services do quietly, an address that changed; forget it where it is nobody's here. */
export function resync(): Promise<void> {
  return (mending ??= mend());
}
