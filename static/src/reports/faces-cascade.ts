// Faces by a cascade of simple tests (P. Viola, M. Jones: Rapid Object Detection using a Boosted
// Cascade of Simple Features, CVPR 2001), with the tables of an npm package.
import { smaller, sums, within, type Grey, type Sums } from "./faces-grey";
import { frontalFace, type Cascade } from "./faces-seat";

/** A place in points of the picture; `votes` says how often it was found. */
export interface Found {
  x: number;
  y: number;
  w: number;
  h: number;
  votes: number;
}

const FIRST = 1.2;
const STEP = 1.2;
const ENOUGH_VOTES = 2;
// A flat window is no face, and dividing by its deviation would make noise of it.
const FLAT = 8;

/** The cascade as flat numbers. Each test has three rectangles, the last of weight 0 if it needs two. */
interface Flat {
  side: number;
  stages: { first: number; end: number; threshold: number }[];
  places: number[];
  rects: Float64Array;
  tests: Float64Array;
}
const RECTS = 3;

function flat(cascade: Cascade): Flat {
  const stages: Flat["stages"] = [];
  const places: number[] = [];
  const weights: number[] = [];
  const tests: number[] = [];
  for (const { simpleClassifiers, threshold } of cascade.complexClassifiers) {
    const first = tests.length / 3;
    for (const stump of simpleClassifiers) {
      for (let n = 0; n < RECTS; n += 1) {
        const [x, y, w, h, weight] = stump.features[n] ?? [0, 0, 0, 0, 0];
        places.push(x, y, w, h);
        weights.push(weight);
      }
      tests.push(stump.threshold, stump.left_val, stump.right_val);
    }
    stages.push({ first, end: tests.length / 3, threshold });
  }
  const [rects, numbers] = [Float64Array.from(weights), Float64Array.from(tests)];
  return { side: cascade.size[0], stages, places: places, rects, tests: numbers };
}

/** Four look-ups a rectangle, as distances from the window's corner in a table of this stride. */
function corners({ places }: Flat, stride: number): Int32Array {
  const found = new Int32Array(places.length);
  for (let n = 0; n < places.length; n += 4) {
    const [x, y, w, h] = [places[n]!, places[n + 1]!, places[n + 2]!, places[n + 3]!];
    const top = y * stride + x;
    found.set([top, top + w, top + h * stride, top + h * stride + w], n);
  }
  return found;
}

class Level {
  private readonly table: Sums;
  private readonly corners: Int32Array;
  private readonly area: number;

  constructor(private readonly cascade: Flat, readonly picture: Grey) {
    this.table = sums(picture);
    this.corners = corners(cascade, this.table.stride);
    this.area = (cascade.side - 2) ** 2;
  }

  /** Return the deviation within the window, without its outermost points; 0 if it is flat. */
  private deviation(x: number, y: number): number {
    const { plain, squares, stride } = this.table;
    const side = this.cascade.side - 2;
    const mean = within(plain, stride, x + 1, y + 1, side, side) / this.area;
    const spread = within(squares, stride, x + 1, y + 1, side, side) / this.area - mean * mean;
    return spread > FLAT * FLAT ? Math.sqrt(spread) : 0;
  }

  // The loop all the time goes into: plain loops and local names, for they are several times faster.
  isFace(x: number, y: number): boolean {
    const deviation = this.deviation(x, y);
    if (deviation === 0) return false;
    const { tests, rects, stages } = this.cascade;
    const { corners, area, table: { plain, stride } } = this;
    const at = y * stride + x;
    for (const { first, end, threshold } of stages) {
      let sum = 0;
      for (let test = first; test < end; test += 1) {
        let value = 0;
        for (let n = test * RECTS; n < (test + 1) * RECTS; n += 1) {
          const weight = rects[n]!;
          if (weight === 0) break;
          const c = n * 4;
          value += weight * (plain[at + corners[c]!]! - plain[at + corners[c + 1]!]!
            - plain[at + corners[c + 2]!]! + plain[at + corners[c + 3]!]!);
        }
        sum += tests[test * 3 + (value < tests[test * 3]! * deviation * area ? 1 : 2)]!;
      }
      if (sum < threshold) return false;
    }
    return true;
  }
}

function lookAt(level: Level, side: number, scale: number): Found[] {
  const found: Found[] = [];
  const step = scale < 3 ? 2 : 1;
  for (let y = 0; y + side < level.picture.height; y += step) {
    for (let x = 0; x + side < level.picture.width; x += step) {
      if (!level.isFace(x, y)) continue;
      found.push({ x: x * scale, y: y * scale, w: side * scale, h: side * scale, votes: 1 });
    }
  }
  return found;
}

function alike(one: Found, other: Found): boolean {
  const near = 0.3 * Math.min(one.w, other.w);
  const sizes = Math.max(one.w, other.w) / Math.min(one.w, other.w);
  const aside = Math.abs(one.x + one.w / 2 - other.x - other.w / 2);
  const above = Math.abs(one.y + one.h / 2 - other.y - other.h / 2);
  return sizes < 1.6 && aside < near && above < near;
}

/** Put what was found several times together, and leave out what was found too seldom. */
function grouped(found: Found[]): Found[] {
  const groups: Found[] = [];
  for (const one of found) {
    const group = groups.find((known) => alike(known, one));
    if (!group) {
      groups.push({ ...one });
      continue;
    }
    const votes = group.votes + 1;
    for (const side of ["x", "y", "w", "h"] as const) group[side] += (one[side] - group[side]) / votes;
    group.votes = votes;
  }
  return groups.filter((group) => group.votes >= ENOUGH_VOTES);
}

/** Return the faces that look at the camera, in points of `picture`. */
export function faces(picture: Grey): Found[] {
  const cascade = flat(frontalFace());
  const found: Found[] = [];
  let level = smaller(picture, FIRST);
  for (let scale = FIRST; Math.min(level.width, level.height) > cascade.side; scale *= STEP) {
    found.push(...lookAt(new Level(cascade, level), cascade.side, scale));
    level = smaller(level, STEP);
  }
  return grouped(found);
}
