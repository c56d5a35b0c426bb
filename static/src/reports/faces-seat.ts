// The cascade's file puts its tables on an object of this name; nothing else of that package is taken.
export interface Stump {
  /** Rectangles [x, y, width, height, weight] in the window of the cascade. */
  features: [number, number, number, number, number][];
  threshold: number;
  left_val: number;
  right_val: number;
}
export interface Cascade {
  complexClassifiers: { simpleClassifiers: Stump[]; threshold: number }[];
  size: [number, number];
}

const seat: { haar: { frontalface?: Cascade } } = { haar: {} };
(globalThis as unknown as { jsfeat: typeof seat }).jsfeat = seat;

/** Return the tables, once `jsfeat/cascades/frontalface.js` has run. */
export function frontalFace(): Cascade {
  if (!seat.haar.frontalface) throw new Error("no cascade");
  return seat.haar.frontalface;
}
