// "Not sent yet": how many reports wait in this browser, and the tries that send them.
import { sendAll, waiting } from "./outbox";

/** Kept beside the reports, so that most pages need not open the database to know there are none. */
const FLAG = "madang.unsent";

function line(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-unsent]");
}

/** Show how many wait, or nothing if none. */
export async function announce(): Promise<void> {
  const count = (await waiting()).length;
  localStorage.setItem(FLAG, String(count));
  const shown = line();
  if (!shown) return;
  shown.hidden = count === 0;
  const text = shown.querySelector("[data-unsent-text]");
  if (text) text.textContent = (shown.dataset["unsent"] ?? "{count}").replace("{count}", String(count));
}

async function tryAgain(): Promise<void> {
  try {
    await sendAll();
  } finally {
    await announce();
  }
}

/** Try at the start, when the line comes back, when the page is looked at, and on a tap. */
export async function watchUnsent(): Promise<void> {
  const again = (): void => {
    if (localStorage.getItem(FLAG) !== "0" && navigator.onLine) tryAgain().catch(() => undefined);
  };
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again();
  });
  line()?.querySelector("button")?.addEventListener("click", again);
  await announce();
  again();
}
