// Sending a report from the page: kept first, then sent; what the line swallowed sends itself later.
import { say } from "../core/toast";
import { forgetKept } from "./kept";
import { forget, keep, sendAll, type Waiting } from "./outbox";
import { announce } from "./unsent";

/** Whose browser this is, for the form that is filled in without a line. */
const WHO = "madang.who";

async function filled(form: HTMLFormElement): Promise<Waiting> {
  const data = new FormData(form);
  const photo = data.get("photo");
  const fields: Record<string, string> = {};
  for (const [name, value] of data) {
    if (typeof value === "string" && name !== "csrf_token" && name !== "who") fields[name] = value;
  }
  const picture = photo instanceof File && photo.size > 0 ? photo : null;
  return {
    key: fields["idempotency_key"] ?? crypto.randomUUID(),
    who: data.get("who")?.toString() || (localStorage.getItem(WHO) ?? ""),
    at: Date.now(),
    fields,
    photo: picture ? await picture.arrayBuffer() : null,
    type: picture?.type ?? "",
  };
}

async function askForSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const sync = (registration as unknown as { sync?: { register(tag: string): Promise<void> } })?.sync;
  await sync?.register("reports");
}

async function sendOrKeep(form: HTMLFormElement): Promise<void> {
  const report = await filled(form);
  await keep(report);
  try {
    const outcome = await sendAll();
    const [page] = outcome.sent.slice(-1);
    if (page) return location.assign(page);
    if (outcome.refused.includes(report.key)) {
      // The server draws the form again with what is wrong at each field.
      await forget(report.key);
      return form.submit();
    }
  } catch {
    // No line: it waits.
  }
  await askForSync().catch(() => undefined);
  forgetKept();
  await announce();
  say(form.dataset["kept"] ?? "", "caution");
  form.querySelector("[data-send]")?.removeAttribute("aria-busy");
  form.closest<HTMLElement>("[data-module]")?.replaceChildren(keptNote(form));
}

function keptNote(form: HTMLFormElement): HTMLElement {
  const note = document.createElement("div");
  note.className = "note";
  const text = document.createElement("p");
  text.textContent = form.dataset["kept"] ?? "";
  note.append(text);
  const heading = document.createElement("h1");
  heading.textContent = form.dataset["keptTitle"] ?? "";
  heading.tabIndex = -1;
  const all = document.createElement("div");
  all.className = "stack";
  all.append(heading, note);
  requestAnimationFrame(() => heading.focus());
  return all;
}

/** `ready` is waited for first: the photo may still be worked on. */
export function sendSurely(form: HTMLFormElement, ready: () => Promise<void>): void {
  const button = form.querySelector("[data-send]");
  const who = new FormData(form).get("who")?.toString();
  if (who) localStorage.setItem(WHO, who);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (button?.getAttribute("aria-busy")) return;
    button?.setAttribute("aria-busy", "true");
    // Where nothing can be kept (a private window), the form goes the plain way.
    ready().then(() => sendOrKeep(form)).catch(() => form.submit());
  });
}
