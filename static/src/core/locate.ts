// "Use where I am": the phone's own place, asked only when a button for it is pressed.
import { say } from "./say";

/** Indoors a phone may look for a quarter of a minute; who pressed hears of it after this long. */
const SOON_MS = 500;

/** Ask where the phone is, and say in the words of `labels` that it is looked for, or not found. */
export function askPlace(
  button: HTMLButtonElement,
  labels: DOMStringMap,
  found: (coords: GeolocationCoordinates) => void,
  wish: PositionOptions = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
): void {
  if (button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const soon = setTimeout(() => say(labels["looking"] ?? "", "plain"), SOON_MS);
  const end = (): void => {
    clearTimeout(soon);
    button.removeAttribute("aria-busy");
  };
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      end();
      found(coords);
    },
    () => {
      end();
      say(labels["failed"] ?? "", "caution");
    },
    wish,
  );
}

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
    askPlace(button, button.dataset, (coords) => {
      put(form, "lat", coords.latitude);
      put(form, "lon", coords.longitude);
      form.dispatchEvent(new Event("change"));
      say(button.dataset["found"] ?? "", "good");
    });
  });
}
