// A report that waits is opened in the form again: all answers, its photo, and what was wrong.
import { picturesOf, waitingFor, type Waiting } from "./outbox";
import { isOwn } from "./reader";

/** Return the waiting report the address names, if whoever is here wrote it. */
export async function reopened(): Promise<Waiting | null> {
  const key = new URLSearchParams(location.search).get("waiting");
  if (!key) return null;
  const report = await waitingFor(key).catch(() => undefined);
  return report && isOwn(report) ? report : null;
}

/** Return the photos as the files they were when they were kept, covered already. */
export function photosOf(report: Waiting): File[] {
  return picturesOf(report).map(({ photo, type }, n) => new File([photo], `photo-${n + 1}`, { type }));
}

// What a sticker, a letter or the opened form said goes along; the form may have no field for it yet.
function put(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof RadioNodeList || field instanceof HTMLInputElement
    || field instanceof HTMLTextAreaElement) field.value = value;
  else if (!field) {
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name, value });
    form.append(hidden);
  }
}

/** Fill the form with what was told, and say at each field what the city did not take. */
export function fill(form: HTMLFormElement, report: Waiting): void {
  form.dataset["waiting"] = report.key;
  form.dataset["asKept"] = String(report.at);
  // A choice among places, or among those near, belongs to the answer that asked it.
  for (const [name, value] of Object.entries(report.fields)) if (!["spot", "join"].includes(name)) put(form, name, value);
  const list = document.createElement("ul");
  for (const { field, text } of report.wrong ?? []) {
    const item = document.createElement("li");
    const at = form.querySelector<HTMLElement>(`#${field || "none"}`);
    const said = document.createElement(at ? "a" : "span");
    if (at) said.setAttribute("href", `#${field}`);
    said.textContent = text;
    item.append(said);
    list.append(item);
    at?.insertAdjacentElement("afterend", complaint(at, text, item));
  }
  if (list.childElementCount > 0) form.before(note(form, list));
}

function complaint(at: HTMLElement, text: string, item: HTMLElement): HTMLElement {
  const told = document.createElement("p");
  told.className = "field-error";
  told.id = `${at.id}-refused`;
  told.textContent = text;
  at.setAttribute("aria-describedby", told.id);
  const mended = (): void => {
    told.remove();
    at.removeAttribute("aria-describedby");
    const list = item.closest<HTMLElement>(".wrong-list");
    item.remove();
    if (!list?.querySelector("li")) list?.remove();
  };
  for (const kind of ["input", "change"]) at.addEventListener(kind, mended, { once: true });
  return told;
}

function note(form: HTMLFormElement, list: HTMLElement): HTMLElement {
  const all = document.createElement("div");
  all.className = "wrong-list";
  all.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.textContent = form.dataset["look"] ?? "";
  all.append(heading, list);
  return all;
}
