// What is missing, said beside its field in the page's own language, read out, and gone once mended.

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function holder(field: Field): HTMLElement {
  return field.closest<HTMLElement>("fieldset") ?? field;
}

function mended(at: HTMLElement, note: HTMLElement): void {
  note.remove();
  at.removeAttribute("aria-invalid");
  at.removeAttribute("aria-errormessage");
}

function complain(field: Field): void {
  const at = holder(field);
  const id = `${at.id || field.name}-wrong`;
  const note = document.createElement("p");
  note.id = id;
  note.dataset["complaint"] = "";
  note.className = "field-error";
  note.setAttribute("role", "alert");
  // Our own words first: the browser speaks its own language, not the page's.
  note.textContent = (field.validity.customError ? field.validationMessage : at.dataset["wrong"])
    || field.validationMessage;
  at.insertAdjacentElement("afterend", note);
  if (at === field) at.setAttribute("aria-invalid", "true");
  at.setAttribute("aria-errormessage", id);
  for (const kind of ["input", "change"]) {
    at.addEventListener(kind, () => mended(at, note), { once: true });
  }
  field.focus();
}

/** Say what the first unfit field of `step` lacks, and go there; false if all is well. */
export function complained(step: HTMLElement): boolean {
  for (const old of step.querySelectorAll("[data-complaint]")) old.remove();
  const fields = [...step.querySelectorAll<Field>("input, textarea, select")];
  const unfit = fields.find((field) => !field.checkValidity());
  if (unfit) complain(unfit);
  return unfit !== undefined;
}
