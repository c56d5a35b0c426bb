// Sending a report from the page: kept first, then sent; what the line swallowed sends itself later.
import { say } from "../core/say";
import { pageOf, sendAll } from "./delivery";
import { FORM_OF_KEEPING, formOf, keep, waitingFor, type Waiting } from "./outbox";
import { announce, expectUnsent, listen } from "./unsent";

// Made at the tap, once: the form itself may be one that was kept, and would bring one key to many
// reports. One that waits, or began with a letter, has its own already.
function keyOf(form: HTMLFormElement): string {
  const field = form.elements.namedItem("idempotency_key");
  if (!(field instanceof HTMLInputElement)) return crypto.randomUUID();
  if (!form.elements.namedItem("draft") && !form.dataset["waiting"]) field.value = crypto.randomUUID();
  return field.value;
}

async function filled(form: HTMLFormElement): Promise<Waiting> {
  const key = keyOf(form);
  const data = new FormData(form);
  const fields: Record<string, string> = {};
  for (const [name, value] of data) {
    if (typeof value === "string" && name !== "csrf_token" && name !== "who") fields[name] = value;
  }
  const files = data.getAll("photo").filter((one): one is File => one instanceof File && one.size > 0);
  const pictures = await Promise.all(files.map(async (one) => ({ photo: await one.arrayBuffer(), type: one.type })));
  const [first, ...further] = pictures;
  return {
    key,
    who: data.get("who")?.toString() ?? "",
    at: Date.now(),
    fields,
    photo: first?.photo ?? null,
    type: first?.type ?? "",
    further,
    form: FORM_OF_KEEPING,
    // What could not be asked without a line is asked once there is one.
    ...(form.querySelector("[data-near]:not([data-asked])") && { near: { stage: "ask" as const, at: Date.now() } }),
  };
}

async function askForSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const sync = (registration as unknown as { sync?: { register(tag: string): Promise<void> } })?.sync;
  await sync?.register("reports");
}

// Others that wait have their turn on the next page: this one is not kept by any of them.
async function pageAfter(report: Waiting): Promise<string | undefined> {
  const page = (await sendAll(report.key)).sent.get(report.key);
  if (page) return page;
  const now = await waitingFor(report.key);
  // Deleted meanwhile, in another tab: it is not sent after all.
  if (!now) return (await pageOf(report.key)) ?? "/reports/unsent";
  return now.wrong ? formOf(report.key) : undefined;
}

/** Keep the filled form and send it; `forget` lets go of the answers kept in this tab. */
export async function sendOrKeep(form: HTMLFormElement, forget: () => void): Promise<void> {
  const report = await filled(form);
  await keep(report);
  // From here it waits, whatever becomes of this page; its answers would make a second one.
  expectUnsent();
  forget();
  try {
    const page = await pageAfter(report);
    if (page) {
      await announce();
      return location.assign(page);
    }
  } catch {
    // No line: it waits.
  }
  await askForSync().catch(() => undefined);
  // The next report begins with the first question.
  history.replaceState(null, "");
  listen();
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
  const look = document.createElement("a");
  look.className = "ds-button";
  look.dataset["variant"] = "secondary";
  look.href = "/reports/unsent";
  look.textContent = form.dataset["keptLook"] ?? "";
  const all = document.createElement("div");
  all.className = "stack";
  all.append(heading, note, look);
  requestAnimationFrame(() => heading.focus());
  return all;
}
