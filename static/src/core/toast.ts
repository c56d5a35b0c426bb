// Short messages in the page's one live region.
const STAY_MS = 8000;
const OFFER_MS = 9500;

function region(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-toasts]");
}

function addClose(toast: HTMLElement): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-close";
  button.textContent = "×";
  button.setAttribute("aria-label", region()?.dataset["closeLabel"] ?? "×");
  button.addEventListener("click", () => toast.remove());
  toast.append(button);
}

/** What is asked, and what one stands on, is still seen: beneath a message it is scrolled clear of it. */
function makeRoom(toasts: HTMLElement): void {
  document.documentElement.style.setProperty("--toasts-h", `${toasts.offsetHeight}px`);
  const held = [...document.querySelectorAll<HTMLElement>("main :is([data-question], :focus)")];
  const { top, bottom } = toasts.getBoundingClientRect();
  for (const one of held.filter((each) => each.checkVisibility() && !toasts.contains(each))) {
    const own = one.getBoundingClientRect();
    if (bottom > top && own.bottom > top && own.top < bottom) one.scrollIntoView({ block: "nearest" });
  }
}

/** Say `text` once; it leaves by itself, or sooner when closed. */
function say(text: string, kind: string): void {
  const toast = document.createElement("p");
  toast.className = `toast toast-${kind}`;
  toast.textContent = text;
  addClose(toast);
  // Said again, it is one message still.
  for (const old of region()?.children ?? []) if (old.firstChild?.textContent === text) old.remove();
  region()?.append(toast);
  setTimeout(() => toast.remove(), STAY_MS);
}

/** Say what islands ask to have said (core/say.ts): they need not carry how. */
export function installToasts(): void {
  const toasts = region();
  if (toasts) new ResizeObserver(() => makeRoom(toasts)).observe(toasts);
  document.addEventListener("say", (event) => {
    const { text, kind } = (event as CustomEvent<{ text: string; kind: string }>).detail;
    say(text, kind);
  });

  for (const toast of region()?.querySelectorAll<HTMLElement>("[data-toast]") ?? []) {
    addClose(toast);
    // An offer that has run out is taken away.
    if (toast.dataset["fades"] !== undefined) setTimeout(() => toast.remove(), OFFER_MS);
  }
}
