// How fresh the page is, said honestly: live, coming back, or as old as it is. The state stands in
// <html data-live>; elements with data-live-state say it in the words of their data attributes.
export type LiveState = "live" | "reconnecting" | "stale" | "ended";

// Without a socket a page looks every twenty seconds (live.ts): until the next look it is not old.
const STALE_MS = 30_000;
const AGE_MS = 10_000;
const MINUTE_MS = 60_000;
let state: LiveState | null = null;
// When the page last was known to be true.
let trueAt = Date.now();
let hasSocket = false;
/** The readings that were owed and failed: what they are of is not true, whatever the socket says. */
const behind = new Set<unknown>();
let clock: ReturnType<typeof setInterval> | undefined;

function words(line: HTMLElement): string {
  const text = line.dataset[state ?? "live"] ?? "";
  return text.replace("{minutes}", String(Math.max(1, Math.round((Date.now() - trueAt) / MINUTE_MS))));
}

function show(): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    const text = words(line);
    if (line.textContent !== text) line.textContent = text;
    line.hidden = text === "";
  }
}

function become(next: LiveState): void {
  if (next !== state) {
    state = next;
    document.documentElement.dataset["live"] = next;
    document.dispatchEvent(new CustomEvent("live", { detail: next }));
  }
  show();
}

function grow(): void {
  if (state !== "ended") become(Date.now() - trueAt > STALE_MS ? "stale" : "reconnecting");
}

function settle(): void {
  if (state === "ended") return;
  if (hasSocket && behind.size === 0) {
    clearInterval(clock);
    clock = undefined;
    trueAt = Date.now();
    return become("live");
  }
  if (state === "live") trueAt = Date.now();
  clock ??= setInterval(grow, AGE_MS);
  grow();
}

export function isHere(): void {
  hasSocket = true;
  settle();
}

export function isAway(): void {
  hasSocket = false;
  settle();
}

/** A reading failed: it is tried again, and until then the page grows older. */
export function isBehind(reading: unknown): void {
  behind.add(reading);
  settle();
}

/** A reading is there. One that was read without the socket is true until the next look. */
export function isCaughtUp(reading: unknown): void {
  behind.delete(reading);
  if (behind.size === 0) trueAt = Date.now();
  // Before there was a socket, or none, nothing is said.
  if (state !== null) settle();
}

/** What the page shows is no longer this reader's to follow; only reading it anew can tell. */
export function isEnded(): void {
  if (state === "live") trueAt = Date.now();
  become("ended");
}

/** It may be theirs again: it is asked for anew, and until there is an answer the page grows older. */
export function isAskedAnew(): void {
  state = null;
  isAway();
}
