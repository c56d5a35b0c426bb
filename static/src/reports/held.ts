// A report that stands open in the form does not go as it was: it is held, and let go once the form is
// left. A form that was lost, with its browser or its tab, holds nothing for longer than the lease.
import { LEASE_MS, change, hold } from "./outbox";

const RENEWED_MS = 60_000;
/** What is only being opened is held so long; by then its form holds it, or could not be opened. */
const OPENING_MS = 30_000;
/** A page that goes has no time left for a database: the next one lets go of what this names. */
const LEFT = "madang.left";

let isOpening = true;

/** Hold a report while it stands open in the form. */
export function holdOpen(form: HTMLFormElement, key: string): void {
  const renew = (): void => {
    if (form.isConnected) hold(key, LEASE_MS).catch(() => undefined);
    else clearInterval(renewal);
  };
  const renewal = setInterval(renew, RENEWED_MS);
  const come = (): void => {
    if (localStorage.getItem(LEFT) === key) localStorage.removeItem(LEFT);
    renew();
  };
  come();
  window.addEventListener("pagehide", () => localStorage.setItem(LEFT, key));
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) come();
  });
}

// The first round, which begins as the page is opened, would be quicker than its form. Held anew in
// each round, a report whose form never opens would wait as long as the page stands.
async function holdOpening(key: string): Promise<void> {
  if (!isOpening || !document.querySelector("[data-send]")) return;
  isOpening = false;
  const until = Date.now() + OPENING_MS;
  await change(key, (report) => ({ ...report, held: Math.max(report.held ?? 0, until) }));
}

/** Let go of the report whose form was left, and hold the one whose form this page opens. */
export async function settleHolds(): Promise<void> {
  const opened = new URLSearchParams(location.search).get("waiting");
  if (opened) await holdOpening(opened);
  const key = localStorage.getItem(LEFT);
  // The form itself was read again.
  if (!key || opened === key) return;
  localStorage.removeItem(LEFT);
  await hold(key, 0);
}
