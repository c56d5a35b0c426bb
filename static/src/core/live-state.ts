// How fresh the page is, said honestly: live, coming back, or as old as it is. The state stands in
// <html data-live>; elements with data-live-state say it in the words of their data attributes.
export type LiveState = "live" | "reconnecting" | "stale" | "ended";

const STALE_MS = 15_000;
const AGE_MS = 10_000;
const MINUTE_MS = 60_000;
let state: LiveState | null = null;
// When the page last was known to be true.
let trueAt = Date.now();
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

export function isHere(): void {
  clearInterval(clock);
  clock = undefined;
  trueAt = Date.now();
  if (state !== "ended") become("live");
}

export function isAway(): void {
  if (clock !== undefined) return;
  if (state === "live") trueAt = Date.now();
  clock = setInterval(grow, AGE_MS);
  grow();
}

/** What the page shows is no longer this reader's to follow; only reading it anew can tell. */
export function isEnded(): void {
  become("ended");
}

// A part that was read again without the socket is true again, until the next look.
document.addEventListener("refreshed", () => {
  trueAt = Date.now();
  if (clock !== undefined) grow();
});
