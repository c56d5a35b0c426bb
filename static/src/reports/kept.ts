/** Where an unfinished report waits in this tab, with who wrote it; the page of thanks settles it. */
const KEPT = "madang.report";
const WHO = "madang.who";
const FIELDS = ["category", "text", "place", "lat", "lon", "placed", "answer"];

export function forgetKept(): void {
  sessionStorage.removeItem(KEPT);
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
  const { who = "", ...answers } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, string>;
  const reader = here(form);
  if (who === reader) return answers;
  // Without a line nobody may be known: then it is not shown, and waits.
  if (reader) forgetKept();
  return {};
}

/** Put kept answers back into the form, and keep what is written from now on. */
export function keepAnswers(form: HTMLFormElement): void {
  const kept = begun(form);
  // What a sticker or a letter began stands as it is.
  const fresh = !form.querySelector(".field-error") && !("begun" in form.dataset);
  for (const [name, value] of fresh ? Object.entries(kept) : []) {
    const field = named(form, name);
    if (field) field.value = value;
  }
  const keep = (): void => {
    // As it is written: as it is sent, the words have more added to them.
    const now = FIELDS.map((name) => [name, named(form, name)?.value ?? ""]);
    sessionStorage.setItem(KEPT, JSON.stringify({ ...Object.fromEntries(now), who: here(form) }));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}
