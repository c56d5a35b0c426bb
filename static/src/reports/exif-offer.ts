// What a photo tells of place and time, offered where the form asks for it, and the reporter's to change.
import type { Taken } from "./exif";

// A place somebody chose stays; one that was offered goes with the photo that told it.
function offerPlace(form: HTMLFormElement, place: Taken["place"]): void {
  const note = form.querySelector<HTMLElement>("[data-photo-place]");
  const [lat, lon] = ["lat", "lon"].map((name) => form.elements.namedItem(name));
  if (!note || !(lat instanceof HTMLInputElement) || !(lon instanceof HTMLInputElement)) return;
  const offered = note.dataset["place"] ?? "";
  const there = lat.value || lon.value ? `${lat.value},${lon.value}` : "";
  const now = place ? `${place.lat.toFixed(6)},${place.lon.toFixed(6)}` : "";
  if (now === offered || (there && there !== offered)) return;
  [lat.value = "", lon.value = ""] = now.split(",");
  // It belongs to no words: those that name a place are meant, whenever they were written.
  const placed = form.elements.namedItem("placed");
  if (placed instanceof HTMLInputElement) placed.value = now && `${now} `;
  note.dataset["place"] = now;
  note.hidden = now === "";
}

// The time has no field of the report: as long as it stands here, it is sent as a line of the words.
function offerTime(form: HTMLFormElement, time: string): void {
  const part = form.querySelector<HTMLElement>("[data-seen]");
  const field = part?.querySelector("input");
  // What was offered already may have been changed since: it is offered once.
  if (!part || !field || (part.dataset["seen"] ?? "") === time) return;
  part.dataset["seen"] = time;
  part.hidden = time === "";
  field.value = time;
}

/** Offer the place and the time of the first of the photos that tells it. */
export function offer(form: HTMLFormElement, told: readonly Taken[]): void {
  offerPlace(form, told.find((one) => one.place)?.place ?? null);
  offerTime(form, told.find((one) => one.time)?.time ?? "");
  form.dispatchEvent(new Event("change"));
}
