// The photo before it leaves the phone: shown, its place offered, made small and bare.
import { takenAt } from "./exif";

const ENOUGH_BYTES = 300 * 1024;
// The longest side and the quality to try, until the picture is light enough for a slow line.
const TRIES = [[1600, 0.82], [1600, 0.68], [1600, 0.5], [1280, 0.5], [1024, 0.5]] as const;

function fill(form: HTMLFormElement, name: string, value: number): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value.toFixed(6);
}

async function offerPlace(form: HTMLFormElement, file: Blob): Promise<void> {
  const lat = form.elements.namedItem("lat");
  if (lat instanceof HTMLInputElement && lat.value) return;
  const taken = await takenAt(file);
  const note = form.querySelector<HTMLElement>("[data-photo-place]");
  if (note) note.hidden = taken === null;
  if (!taken) return;
  fill(form, "lat", taken.lat);
  fill(form, "lon", taken.lon);
  form.dispatchEvent(new Event("change"));
}

function encoded(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob?.type === type ? blob : null), type, quality);
  });
}

function drawn(picture: ImageBitmap, side: number): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Return the picture at 1600 px a side at most, without what was hidden in the file. */
async function small(file: File): Promise<File> {
  const picture = await createImageBitmap(file);
  let blob: Blob | null = null;
  for (const [side, quality] of TRIES) {
    const canvas = drawn(picture, side);
    blob = (await encoded(canvas, "image/webp", quality)) ?? (await encoded(canvas, "image/jpeg", quality));
    if (blob && blob.size <= ENOUGH_BYTES) break;
  }
  picture.close();
  if (!blob) throw new Error("not encoded");
  const name = blob.type === "image/webp" ? "photo.webp" : "photo.jpg";
  return new File([blob], name, { type: blob.type });
}

async function replace(input: HTMLInputElement, file: File): Promise<void> {
  try {
    const moved = new DataTransfer();
    moved.items.add(await small(file));
    input.files = moved.files;
  } catch {
    // A kind this browser cannot read (HEIC): the server makes it small and bare.
  }
}

export function showPhoto(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const drop = input?.closest<HTMLElement>("[data-photo]");
  const picture = document.createElement("img");
  picture.alt = "";
  input?.addEventListener("change", () => {
    const file = input.files?.[0];
    URL.revokeObjectURL(picture.src);
    if (!file) return picture.remove();
    picture.src = URL.createObjectURL(file);
    drop?.append(picture);
    void offerPlace(form, file).then(() => replace(input, file));
  });
}
