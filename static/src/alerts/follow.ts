// The form of a followed place: names while one types, and where I am. It works without either.
import "./follow.css";
import { offerLocation } from "../core/locate";
import { Place } from "../core/place";

// A number typed is meant; a button chosen after it takes its place.
function keepOneRadius(form: HTMLFormElement): void {
  const typed = form.querySelector<HTMLInputElement>("#radius_m");
  if (!typed) return;
  for (const radio of form.querySelectorAll<HTMLInputElement>('[name="radius"]')) {
    radio.addEventListener("change", () => (typed.value = ""));
    typed.addEventListener("input", () => (radio.checked = false));
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("[data-follow-form]")) {
  const typed = form.querySelector<HTMLInputElement>("[data-places]");
  if (typed) new Place(form, typed);
  offerLocation(form);
  keepOneRadius(form);
}
