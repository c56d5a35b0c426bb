// "Use where I am": the phone's own place, put into the fields of a form.
import { say } from "./say";

function put(form: HTMLFormElement, name: string, value: number): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value.toFixed(6);
}

/** Offer the button where the browser can find its place; the form hears of it by "change". */
export function offerLocation(form: HTMLFormElement): void {
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
