// A report that stands open in the form does not go as it was: it is held, and let go once the form is
// left. A form that was lost, with its browser or its tab, holds nothing for longer than the lease.
import { hold } from "./outbox";

const LEASE_MS = 300_000;
const RENEWED_MS = 60_000;
/** A page that goes has no time left for a database: the next one lets go of what this names. */
const LEFT = "madang.left";

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

/** Let go of the report whose form was left. */
export async function letGo(): Promise<void> {
  const key = localStorage.getItem(LEFT);
  // The form itself was read again.
  if (!key || new URLSearchParams(location.search).get("waiting") === key) return;
  localStorage.removeItem(LEFT);
  await hold(key, 0);
}
