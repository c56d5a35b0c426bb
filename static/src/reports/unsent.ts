// "Not sent yet": how many reports wait in this browser, which, and the tries that send them.
import { askFirst } from "./asking";
import { sendAll, type Outcome } from "./delivery";
import { settleHolds } from "./held";
import { isHeld, waiting, type Waiting, type Why } from "./outbox";
import { UnsentList, whyOf } from "./unsent-list";

/** Kept beside the reports, so that most pages need not open the database to know there are none. */
const FLAG = "madang.unsent";

/** What waits for its writer to sign in. */
const FOR_SOMEONE: Why[] = ["sign-in", "other", "unsigned"];

/** A hold is over a moment after its last millisecond, however early a timer rings. */
const SURELY_MS = 50;

const whys = new Map<string, Why>();
let listening = false;
let trying = false;
let onceMore = false;
let list: UnsentList | null = null;
let release: ReturnType<typeof setTimeout> | undefined;

function line(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-unsent]");
}

function shownList(): UnsentList | null {
  const root = document.querySelector<HTMLElement>("[data-unsent-list]");
  if (root && !list) list = new UnsentList(root, { send: tryAgain, changed: announce });
  return list;
}

/** Let the next page look for what waits, should this one end before it was sent. */
export function expectUnsent(): void {
  localStorage.setItem(FLAG, "1");
}

// All that waits is told of in one sentence: the one that asks something of the reader goes before.
function wordsFor(reports: readonly Waiting[]): string {
  if (reports.some((one) => one.wrong)) return "unsentLook";
  const reasons = reports.map((one) => whyOf(one, whys.get(one.key)));
  if (reasons.includes("near")) return "unsentNear";
  if (reasons.every((why) => why === "line")) return "unsent";
  return reasons.every((why) => FOR_SOMEONE.includes(why)) ? "unsentSignIn" : "unsentOther";
}

// What its writer looked at goes by itself once they had the time for it, as they were told.
function tryOnceReleased(reports: readonly Waiting[]): void {
  clearTimeout(release);
  const ends = reports.filter(isHeld).map(({ held = 0 }) => held);
  if (ends.length > 0) release = setTimeout(again, Math.min(...ends) - Date.now() + SURELY_MS);
}

/** Show how many wait and which, or nothing if none. */
export async function announce(): Promise<void> {
  const reports = await waiting();
  localStorage.setItem(FLAG, String(reports.length));
  tryOnceReleased(reports);
  shownList()?.draw(reports, whys);
  const shown = line();
  if (!shown) return;
  shown.hidden = reports.length === 0;
  const look = reports.filter((one) => one.wrong).length;
  const name = wordsFor(reports);
  const button = shown.querySelector("button");
  if (button) button.hidden = look === reports.length || name === "unsentSignIn";
  const words = shown.dataset[name] ?? shown.dataset["unsent"] ?? "{count}";
  const text = shown.querySelector("[data-unsent-text]");
  if (text) text.textContent = words.replace("{count}", String(reports.length)).replace("{look}", String(look));
}

async function tryAgain(only?: string): Promise<Outcome | null> {
  let outcome: Outcome | null = null;
  try {
    await settleHolds();
    const held = only === undefined ? await askFirst(shownList()) : new Set<string>();
    outcome = await sendAll(only, ({ key }) => held.has(key));
    for (const [key, why] of outcome.left) whys.set(key, why);
    shownList()?.tellSent(outcome.sent);
  } catch {
    // No line: all wait for it.
    whys.clear();
  }
  await announce();
  return outcome;
}

// One round at a time, and one more for all that asked meanwhile: on a line that stalled, each occasion
// would add a wait of its own.
function again(): void {
  if (localStorage.getItem(FLAG) === "0" || !navigator.onLine) return;
  if (trying) {
    onceMore = true;
    return;
  }
  trying = true;
  tryAgain().catch(() => undefined).finally(() => {
    trying = false;
    const asked = onceMore;
    onceMore = false;
    if (asked) again();
  });
}

/** Try when the line comes back, when the page is looked at, and on a tap. */
export function listen(): void {
  if (listening) return;
  listening = true;
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again();
  });
  line()?.querySelector("button")?.addEventListener("click", again);
}

/** Show what waits and try at once, then whenever there is an occasion. */
export async function watchUnsent(): Promise<void> {
  listen();
  await announce();
  again();
}
