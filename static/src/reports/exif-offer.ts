// What a photo tells of place and time, offered where the form asks for it, and the reporter's to change.
import type { Taken } from "./exif";

function fill(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value;
}

function offerPlace(form: HTMLFormElement, taken: Taken): void {
  const lat = form.elements.namedItem("lat");
  if (lat instanceof HTMLInputElement && lat.value) return;
  const note = form.querySelector<HTMLElement>("[data-photo-place]");
  if (note) note.hidden = taken.place === null;
  if (!taken.place) return;
  fill(form, "lat", taken.place.lat.toFixed(6));
  fill(form, "lon", taken.place.lon.toFixed(6));
}

// The time has no field of the report: as long as it stands here, it is sent as a line of the words.
function offerTime(form: HTMLFormElement, taken: Taken): void {
  const part = form.querySelector<HTMLElement>("[data-seen]");
  const field = part?.querySelector("input");
  if (!part || !field) return;
  part.hidden = taken.time === null;
  field.value = taken.time ?? "";
}

export function offer(form: HTMLFormElement, taken: Taken): void {
  offerPlace(form, taken);
  offerTime(form, taken);
  form.dispatchEvent(new Event("change"));
}
