// Sending a report from the page: kept first, then sent; what the line swallowed sends itself later.
import { pageOf, sendAll } from "./delivery";
import { FORM_OF_KEEPING, formOf, keep, waitingFor, type Waiting, type Why } from "./outbox";
import { SIGN_IN } from "./reader";
import type { Entry } from "./stepper";
import { askForSync } from "./sync";
import { announce, expectUnsent, listen } from "./unsent";

/** A browser that has not gone back by then does not. */
const BACK_MS = 1000;

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

// Others that wait have their turn on the next page: this one is not kept by any of them.
async function endOf(report: Waiting): Promise<{ page: string } | { why: Why }> {
  const { sent, left } = await sendAll(report.key);
  const page = sent.get(report.key);
  if (page) return { page };
  const now = await waitingFor(report.key);
  // Deleted meanwhile, in another tab: it is not sent after all.
  if (!now) return { page: (await pageOf(report.key)) ?? "/reports/unsent" };
  return now.wrong ? { page: formOf(report.key) } : { why: left.get(report.key) ?? "line" };
}

// In the place of all its questions: "back" would lead to a form that a browser fills in once more, ready
// to be sent twice.
function leaveFor(page: string): void {
  const { depth = 0 } = (history.state ?? {}) as Entry;
  if (depth === 0) return location.replace(page);
  const leave = (): void => {
    clearTimeout(anyhow);
    location.replace(page);
  };
  const anyhow = setTimeout(leave, BACK_MS);
  window.addEventListener("popstate", leave, { once: true });
  history.go(-depth);
}

/** Keep the filled form and send it; `forget` lets go of the answers kept in this tab. */
export async function sendOrKeep(form: HTMLFormElement, forget: () => void): Promise<void> {
  const report = await filled(form);
  await keep(report);
  // From here it waits, whatever becomes of this page; its answers would make a second one.
  expectUnsent();
  forget();
  const end = await endOf(report).catch(() => ({ why: "line" as const }));
  if ("page" in end) {
    await announce().catch(() => undefined);
    return leaveFor(end.page);
  }
  await askForSync().catch(() => undefined);
  // The next report begins with the first question.
  history.replaceState(null, "");
  listen();
  await announce();
  form.querySelector("[data-send]")?.removeAttribute("aria-busy");
  form.closest<HTMLElement>("[data-module]")?.replaceChildren(keptNote(form, end.why));
}

/** What waits for a person, not for a line, leads there. */
const WANTS_SIGN_IN: Why[] = ["sign-in", "unsigned"];

function reason(form: HTMLFormElement, why: Why): string {
  const words = JSON.parse(form.dataset["keptWhy"] ?? "{}") as Partial<Record<Why, string>>;
  return (why === "line" ? form.dataset["kept"] : words[why]) ?? "";
}

function way(to: string, text: string, variant: string): HTMLElement {
  const link = document.createElement("a");
  link.className = "ds-button";
  link.dataset["variant"] = variant;
  link.href = to;
  link.textContent = text;
  return link;
}

function keptNote(form: HTMLFormElement, why: Why): HTMLElement {
  const note = document.createElement("div");
  note.className = "note";
  const text = document.createElement("p");
  text.textContent = reason(form, why);
  text.id = "kept-why";
  note.append(text);
  const heading = document.createElement("h1");
  heading.textContent = form.dataset["keptTitle"] ?? "";
  heading.tabIndex = -1;
  // Whoever hears the page read hears the reason with it: nothing else says it.
  heading.setAttribute("aria-describedby", text.id);
  const ways = [way("/reports/unsent", form.dataset["keptLook"] ?? "", "secondary")];
  if (WANTS_SIGN_IN.includes(why)) ways.unshift(way(SIGN_IN, form.dataset["signIn"] ?? "", "primary"));
  const all = document.createElement("div");
  all.className = "stack";
  all.append(heading, note, ...ways);
  requestAnimationFrame(() => heading.focus());
  return all;
}
