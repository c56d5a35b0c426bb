// The report form: steps, a photo, a place, neighbours' reports, and sending that survives a lost line.
import { offerLocation } from "../core/locate";
import { Place } from "../core/place";
import { keepAnswers } from "./kept";
import { lookNear } from "./near";
import { Photos } from "./photo";
import { fill, photosOf, reopened } from "./reopened";
import { sendSurely } from "./sending";
import { Stepper } from "./stepper";

// Each kind has its own one more question; without script the label stays general.
function askByKind(form: HTMLFormElement): void {
  const label = form.querySelector<HTMLElement>("[data-questions]");
  if (!label) return;
  const questions = JSON.parse(label.dataset["questions"] ?? "{}") as Record<string, string>;
  const general = label.textContent ?? "";
  const ask = (): void => {
    label.textContent = questions[new FormData(form).get("category")?.toString() ?? ""] ?? general;
  };
  form.addEventListener("change", ask);
  ask();
}

// The map weighs more than the rest of the page together: it comes when its question is asked.
function bringMap(form: HTMLFormElement): void {
  const picker = form.querySelector<HTMLElement>("[data-script]");
  picker?.closest("[data-step]")?.addEventListener(
    "shown",
    () => {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = picker.dataset["style"] ?? "";
      document.head.append(style);
      import(picker.dataset["script"] ?? "").catch(() => {
        // Without a line there is no map; a typed place does as well.
      });
    },
    { once: true },
  );
}

export async function start(root: HTMLElement): Promise<void> {
  const form = root.querySelector("form");
  if (!form) return;
  // Whether it is one of those near is asked here, by a question of its own.
  form.querySelector("[name=join]")?.remove();
  keepAnswers(form);
  const again = await reopened(form);
  if (again) fill(form, again);
  else keepAnswers(form);
  const photos = new Photos(form);
  if (again) photos.add(photosOf(again));
  offerLocation(form);
  askByKind(form);
  bringMap(form);
  const typed = form.querySelector<HTMLInputElement>("[data-places]");
  const place = typed ? new Place(form, typed) : null;
  const near = form.querySelector<HTMLElement>("[data-near]");
  new Stepper(root, form, async (step) => {
    if (step.querySelector("[type=file]")) await photos.settled();
    if (typed && step.contains(typed)) await place?.settle();
    if (near && step.querySelector("[name=category]")) await lookNear(form, near);
  });
  sendSurely(form, () => photos.settled());
}
