// The way to the worker that looks for faces and plates, and back within a time one can wait.
import { drawn } from "./boxes-paint";
import type { Asked, Seen } from "./faces";

const SIDE = 640;
const PATIENCE_MS = 10_000;

/** Return what the worker sees in the picture; rejects where it cannot look, or takes too long. */
export function lookFor(picture: HTMLCanvasElement, address: string): Promise<Seen> {
  const small = drawn(picture, SIDE);
  const { width, height } = small;
  const pixels = small.getContext("2d", { willReadFrequently: true })?.getImageData(0, 0, width, height).data;
  const worker = new Worker(address, { type: "module" });
  return new Promise<Seen>((resolve, reject) => {
    if (!pixels) return reject(new Error("no canvas"));
    setTimeout(() => reject(new Error("too slow")), PATIENCE_MS);
    worker.onmessage = ({ data }: MessageEvent<Seen>) => resolve(data);
    worker.onerror = () => reject(new Error("no worker"));
    const asked: Asked = { pixels: pixels.buffer, width, height };
    worker.postMessage(asked, [asked.pixels]);
  }).finally(() => worker.terminate());
}
