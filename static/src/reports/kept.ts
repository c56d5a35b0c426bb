/** Where an unfinished report waits in this tab, with who wrote it; the page of thanks settles it. */
const KEPT = "madang.report";
const WHO = "madang.who";
const FIELDS = ["category", "text", "place", "lat", "lon", "placed", "answer"];

/** What a form begins with, when it is not an empty one: those answers are kept by themselves. */
const BEGINS = ["asset", "draft", "again"];

// What was written over an older form of a report that waits is not written over a newer one.
function placeOf(form: HTMLFormElement): string {
  const { waiting, asKept } = form.dataset;
  const begins = BEGINS.map((name) => named(form, name)?.value ?? "");
  return [KEPT, waiting, asKept, ...begins].filter(Boolean).join(".");
}

export function forgetKept(form: HTMLFormElement): void {
  sessionStorage.removeItem(placeOf(form));
}

function here(form: HTMLFormElement): string {
  return new FormData(form).get("who")?.toString() || (localStorage.getItem(WHO) ?? "");
}

function named(form: HTMLFormElement, name: string): { value: string } | null {
  const field = form.elements.namedItem(name);
  const isField = field instanceof RadioNodeList || field instanceof HTMLInputElement;
  return isField || field instanceof HTMLTextAreaElement ? field : null;
}

// Another may sit here by now: what somebody else began is shown to nobody, and is gone.
function begun(form: HTMLFormElement): Record<string, string> {
  const { who = "", ...answers } = JSON.parse(sessionStorage.getItem(placeOf(form)) ?? "{}") as Record<string, string>;
  const reader = here(form);
  if (who === reader) return answers;
  // Without a line nobody may be known: then it is not shown, and waits.
  if (reader) forgetKept(form);
  return {};
}

/** Put kept answers back into the form, and keep what is written from now on. */
export function keepAnswers(form: HTMLFormElement): void {
  const kept = begun(form);
  // What the city read and gave back stands as it is; what it says of one that waits was put in here.
  const fresh = "waiting" in form.dataset || !form.querySelector(".field-error");
  for (const [name, value] of fresh ? Object.entries(kept) : []) {
    const field = named(form, name);
    if (field) field.value = value;
  }
  const keep = (): void => {
    // As it is written: as it is sent, the words have more added to them.
    const now = FIELDS.map((name) => [name, named(form, name)?.value ?? ""]);
    sessionStorage.setItem(placeOf(form), JSON.stringify({ ...Object.fromEntries(now), who: here(form) }));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}
