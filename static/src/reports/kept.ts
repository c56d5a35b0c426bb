/** Where an unfinished report waits in this tab. */
const KEPT = "madang.report";
const FIELDS = ["category", "text", "place", "lat", "lon", "answer"];

export function forgetKept(): void {
  sessionStorage.removeItem(KEPT);
}

/** Forget the answers once the city has them. */
export function forgetSent(): void {
  if (new URLSearchParams(location.search).has("thanks")) forgetKept();
}

/** Put kept answers back into the form, and keep what is written from now on. */
export function keepAnswers(form: HTMLFormElement): void {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, string>;
  // What a sticker or a letter began stands as it is.
  const fresh = !form.querySelector(".field-error") && !("begun" in form.dataset);
  for (const [name, value] of fresh ? Object.entries(kept) : []) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement
      || field instanceof HTMLTextAreaElement) field.value = value;
  }
  const keep = (): void => {
    const data = new FormData(form);
    const now = FIELDS.map((name) => [name, data.get(name)?.toString() ?? ""]);
    sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(now)));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}
