// A photo as it may leave the phone: small, without what was hidden in the file, and covered.
import type { Box } from "./boxes";

const ENOUGH_BYTES = 300 * 1024;
const SIDE = 1600;
// The longest side and the quality to try, until the picture is light enough for a slow line.
const TRIES = [[1600, 0.82], [1600, 0.68], [1600, 0.5], [1280, 0.5], [1024, 0.5]] as const;
const COVER = "#14171c";

/** Return `picture` at `side` points at most. */
export function drawn(picture: CanvasImageSource & { width: number; height: number }, side = SIDE): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Return the file as points, upright; rejects where this browser cannot read its kind. */
export async function opened(file: Blob): Promise<HTMLCanvasElement> {
  const picture = await createImageBitmap(file);
  const canvas = drawn(picture);
  picture.close();
  return canvas;
}

// One plain colour: a mosaic of a few grey values still tells which plate it may have been.
function covered(canvas: HTMLCanvasElement, boxes: readonly Box[]): HTMLCanvasElement {
  const copy = drawn(canvas);
  const brush = copy.getContext("2d");
  if (!brush) throw new Error("no canvas");
  brush.fillStyle = COVER;
  for (const { x, y, w, h, covers } of boxes) {
    if (!covers) continue;
    const [left, top] = [Math.floor(x * copy.width), Math.floor(y * copy.height)];
    const [right, low] = [Math.ceil((x + w) * copy.width), Math.ceil((y + h) * copy.height)];
    brush.fillRect(left, top, right - left, low - top);
  }
  return copy;
}

function encoded(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob?.type === type ? blob : null), type, quality);
  });
}

/** Return the picture as a file of its own, with every box that covers painted over. */
export async function painted(canvas: HTMLCanvasElement, boxes: readonly Box[]): Promise<File> {
  const whole = covered(canvas, boxes);
  let blob: Blob | null = null;
  for (const [side, quality] of TRIES) {
    const picture = drawn(whole, side);
    blob = (await encoded(picture, "image/webp", quality)) ?? (await encoded(picture, "image/jpeg", quality));
    if (blob && blob.size <= ENOUGH_BYTES) break;
  }
  if (!blob) throw new Error("not encoded");
  const name = blob.type === "image/webp" ? "photo.webp" : "photo.jpg";
  return new File([blob], name, { type: blob.type });
}
