// The form of a followed place: names while one types, and where I am. It works without either.
import "./follow.css";
import { say } from "../core/toast";
import { Place } from "../reports/place";

function put(form: HTMLFormElement, name: string, value: number): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value.toFixed(6);
}

function offerLocation(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("[data-locate]");
  if (!button || !("geolocation" in navigator)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        put(form, "lat", coords.latitude);
        put(form, "lon", coords.longitude);
        button.removeAttribute("aria-busy");
        form.dispatchEvent(new Event("change"));
        say(button.dataset["found"] ?? "", "good");
      },
      () => {
        button.removeAttribute("aria-busy");
        say(button.dataset["failed"] ?? "", "caution");
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}

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
