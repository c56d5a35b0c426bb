// The worker that looks a photo over for faces and number plates; it runs beside the page, on the phone.
import "./faces-seat";
import "jsfeat/cascades/frontalface.js";
import { faces, type Found } from "./faces-cascade";
import { grey } from "./faces-grey";
import { plates } from "./plates";

/** What the page asks: RGBA points. */
export interface Asked {
  pixels: ArrayBuffer;
  width: number;
  height: number;
}
/** A place as shares of the picture's width and height. */
export interface Place {
  kind: "face" | "plate";
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface Seen {
  places: Place[];
  /** How long it took, in milliseconds. */
  ms: number;
}

interface Detector {
  detect(picture: ImageData): Promise<{ boundingBox: DOMRectReadOnly }[]>;
}

// Where the browser brings a detector of its own (Shape Detection API), it looks as well.
async function ownFaces(picture: ImageData): Promise<Found[]> {
  const make = (globalThis as unknown as { FaceDetector?: new () => Detector }).FaceDetector;
  if (!make) return [];
  try {
    const seen = await new make().detect(picture);
    return seen.map(({ boundingBox: b }) => ({ x: b.x, y: b.y, w: b.width, h: b.height, votes: 9 }));
  } catch {
    return [];
  }
}

const MARGIN = { face: [0.18, 0.28], plate: [0.12, 0.25] } as const;

// A box a little wider than what was found: hair and chin tell who it is, too.
function placed(kind: Place["kind"], { x, y, w, h }: Found, { width, height }: Asked): Place {
  const [aside, above] = [w * MARGIN[kind][0], h * MARGIN[kind][1]];
  const left = Math.max(0, x - aside) / width;
  const top = Math.max(0, y - above) / height;
  const right = Math.min(width, x + w + aside) / width;
  const low = Math.min(height, y + h + above) / height;
  return { kind, x: left, y: top, w: right - left, h: low - top };
}

function isWithin(one: Found, place: Place, { width, height }: Asked): boolean {
  const [x, y] = [(one.x + one.w / 2) / width, (one.y + one.h / 2) / height];
  return x > place.x && x < place.x + place.w && y > place.y && y < place.y + place.h;
}

export async function look(asked: Asked): Promise<Seen> {
  const began = performance.now();
  const points = new Uint8ClampedArray(asked.pixels);
  const picture = grey(points, asked.width, asked.height);
  const found = faces(picture);
  const own = await ownFaces(new ImageData(points, asked.width, asked.height));
  const fresh = own.filter((one) => !found.some((known) => Math.abs(known.x - one.x) < one.w / 2
    && Math.abs(known.y - one.y) < one.h / 2));
  const places = [...found, ...fresh].map((one) => placed("face", one, asked));
  // Eyes and brows in a row are upright edges, too.
  const apart = plates(picture).filter((one) => !places.some((face) => isWithin(one, face, asked)));
  places.push(...apart.map((one) => placed("plate", one, asked)));
  return { places, ms: performance.now() - began };
}

addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  void look(data).then((seen) => postMessage(seen));
});
