// Number plates by their own look: many upright edges in a flat band, quiet above and below.
import { within, type Grey } from "./faces-grey";
import type { Found } from "./faces-cascade";

const EDGE = 34;
const HEIGHTS = [11, 14, 18, 23, 30, 39, 50, 65];
const ASPECTS = [2, 2.6, 3.4, 4.4, 5];
const MOST = 6;
const [THINNEST, THICKEST] = [0.16, 0.62];
const QUIET = 0.5;
const CONTRAST = 28;
const [FEWEST_STROKES, MOST_STROKES] = [4, 15];

interface Edges {
  table: Int32Array;
  stride: number;
}

// Upright edges alone: a difference to the side, and a smaller one up and down.
function edges({ pixels, width, height }: Grey): Edges {
  const stride = width + 1;
  const table = new Int32Array(stride * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const inside = x > 0 && x < width - 1 && y > 0 && y < height - 1;
      const aside = inside ? Math.abs(pixels[at + 1]! - pixels[at - 1]!) : 0;
      if (aside > EDGE && aside > Math.abs(pixels[at + width]! - pixels[at - width]!)) row += 1;
      table[(y + 1) * stride + x + 1] = table[y * stride + x + 1]! + row;
    }
  }
  return { table, stride };
}

/** Return how dense upright edges are in a rectangle, as far as it lies in the picture. */
function density(from: Edges, picture: Grey, x: number, y: number, w: number, h: number): number {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const wide = Math.min(picture.width, x + w) - left;
  const high = Math.min(picture.height, y + h) - top;
  return wide <= 0 || high <= 0 ? 0 : within(from.table, from.stride, left, top, wide, high) / (wide * high);
}

/** Return the strokes crossed on a line: changes from ground to sign and back, by twos. */
function strokes(picture: Grey, x: number, y: number, w: number): [number, number] {
  const line = picture.pixels.subarray(y * picture.width + x, y * picture.width + x + w);
  const sorted = Uint8Array.from(line).sort();
  const [dark, light] = [sorted[Math.floor(w * 0.1)]!, sorted[Math.floor(w * 0.9)]!];
  const [low, high] = [dark + (light - dark) * 0.4, dark + (light - dark) * 0.6];
  let [crossings, is] = [0, line[0]! > high];
  for (const value of line) {
    if (is ? value < low : value > high) [crossings, is] = [crossings + 1, !is];
  }
  return [crossings / 2, light - dark];
}

/** Say whether three lines through a rectangle look like a row of signs of one height. */
function isWritten(picture: Grey, x: number, y: number, w: number, h: number): boolean {
  const lines = [0.35, 0.5, 0.65].map((share) => strokes(picture, x, y + Math.round(h * share), w));
  return lines.every(([count, contrast]) =>
    contrast >= CONTRAST * 2 && count >= FEWEST_STROKES && count <= MOST_STROKES);
}

function scored(from: Edges, picture: Grey, x: number, y: number, w: number, h: number): Found | null {
  const inside = density(from, picture, x, y, w, h);
  if (inside < THINNEST || inside > THICKEST) return null;
  const band = Math.max(3, Math.round(h * 0.4));
  const above = density(from, picture, x, y - band, w, band);
  const below = density(from, picture, x, y + h, w, band);
  const before = density(from, picture, x - h, y, h, h);
  const after = density(from, picture, x + w, y, h, h);
  const around = Math.max(above, below, before, after);
  if (around > inside * QUIET || !isWritten(picture, x, y, w, h)) return null;
  return { x, y, w, h, votes: (inside - (above + below + before + after) / 4) * Math.sqrt(w * h) };
}

function overlap(one: Found, other: Found): boolean {
  const wide = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
  const high = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
  return wide > 0 && high > 0 && wide * high > 0.2 * Math.min(one.w * one.h, other.w * other.h);
}

/** Return what looks like a number plate, 2:1 to 5:1, in points of `picture`; the surest first. */
export function plates(picture: Grey): Found[] {
  const from = edges(picture);
  const found: Found[] = [];
  for (const h of HEIGHTS) {
    const step = Math.max(2, Math.round(h / 5));
    for (const aspect of ASPECTS) {
      const w = Math.round(h * aspect);
      for (let y = 1; y + h < picture.height; y += step) {
        for (let x = 1; x + w < picture.width; x += step) {
          const one = scored(from, picture, x, y, w, h);
          if (one) found.push(one);
        }
      }
    }
  }
  found.sort((one, other) => other.votes - one.votes);
  const kept: Found[] = [];
  for (const one of found) {
    if (kept.length < MOST && !kept.some((known) => overlap(known, one))) kept.push(one);
  }
  return kept;
}
